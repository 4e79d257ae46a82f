# Writes time series that come with packages of R, and what R's package forecast says of them, for r_series.sql; see make r-series.
#
#     Rscript bench/r_series.R FOLDER
#
# Taken is every column of every time series in the data of the packages below that has at least 20 rows, the newest 250 of them, but
# once: a series whose newest ten values stand in one that was taken is that series, or its lag. Each is forecast from up to three
# origins, a horizon apart. FOLDER gets series.csv (task, name, season, part, n, at, value) and forecasts.csv (task, method, n,
# forecast, and the bounds of 80 and 95 percent).
suppressMessages(library(forecast))
folder <- commandArgs(trailingOnly = TRUE)[1]
packages <- c("forecast", "tseries", "AER", "strucchange", "urca", "lmtest", "MASS", "sandwich")

named_series <- function(package) {
    found <- list()
    for (item in sub(" .*", "", data(package = package)$results[, "Item"])) {
        place <- new.env()
        suppressWarnings(tryCatch(data(list = item, package = package, envir = place), error = function(e) NULL))
        # packages that keep their data with their code
        value <- if (exists(item, place, inherits = FALSE)) place[[item]] else tryCatch(get(item, asNamespace(package)), error = function(e) NULL)
        if (!is.ts(value)) next
        columns <- as.matrix(value)
        for (i in seq_len(ncol(columns))) {
            if (is.numeric(columns[, i]))
                found[[paste(package, item, i, sep = ".")]] <- ts(columns[, i], start = start(value), frequency = frequency(value))
        }
    }
    found
}

# first days of months, quarters and years, where the rows are such; other rows are numbered
is_dated <- function(x) frequency(x) %in% c(1, 4, 12) && time(x)[1] >= 1000
dates <- function(x, count) {
    if (!is_dated(x)) return(rep("", count))
    months <- round(time(x)[1] * 12) + 12 / frequency(x) * (seq_len(count) - 1)
    sprintf("%04d-%02d-01", months %/% 12, months %% 12 + 1)
}

horizon_of <- function(x) switch(as.character(frequency(x)), "12" = 12, "4" = 8, "1" = if (is_dated(x)) 6 else 14, 14)

methods <- list(ets = function(x, h) forecast(ets(x), h = h, level = c(80, 95)),
                arima = function(x, h) forecast(auto.arima(x), h = h, level = c(80, 95)),
                theta = function(x, h) thetaf(x, h = h, level = c(80, 95)),
                naive = function(x, h) if (frequency(x) > 1) snaive(x, h = h, level = c(80, 95)) else naive(x, h = h, level = c(80, 95)))

series_file <- file(file.path(folder, "series.csv"), "w")
forecasts_file <- file(file.path(folder, "forecasts.csv"), "w")
text <- function(x) ifelse(is.na(x), "", format(x, digits = 15, trim = TRUE, scientific = FALSE))
task <- 0
taken <- character(0)
for (package in packages) {
    all <- named_series(package)
    for (name in names(all)) {
        x <- na.contiguous(all[[name]])
        newest <- paste(tail(x, 10), collapse = " ")
        if (length(x) < 20 || any(grepl(newest, taken, fixed = TRUE))) next
        taken <- c(taken, paste(x, collapse = " "))
        x <- window(x, start = time(x)[max(1, length(x) - 249)])
        h <- horizon_of(x)
        # what is no season of a year is none to these methods either: 248 or 336 rows are more than ets can do
        season <- if (frequency(x) %in% c(4, 12)) frequency(x) else 1
        for (origin in 1:3) {
            rows <- length(x) - origin * h
            if (rows < 12) next
            task <- task + 1
            cat(sprintf("%d,%s,%d,%s,%d,%s,%s\n", task, name, season, rep(c("train", "test"), c(rows, h)),
                        seq_len(rows + h), dates(x, rows + h), text(x[seq_len(rows + h)])), file = series_file, sep = "")
            known <- ts(x[seq_len(rows)], frequency = season)
            for (method in names(methods)) {
                said <- tryCatch(suppressWarnings(methods[[method]](known, h)), error = function(e) naive(known, h = h, level = c(80, 95)))
                cat(sprintf("%d,%s,%d,%s,%s,%s,%s,%s\n", task, method, rows + seq_len(h), text(said$mean), text(said$lower[, 1]), text(said$upper[, 1]),
                            text(said$lower[, 2]), text(said$upper[, 2])), file = forecasts_file, sep = "")
            }
        }
    }
}
close(series_file)
close(forecasts_file)
