# Measures ets() and thetaf() of R's package forecast on series of M3, as short_series.sql and zero_shot.sql measure ours: MASE,
# the share of values within intervals of 80 and 95, and seconds for each series.
#
#     Rscript bench/m3.R FOLDER [EVERY]
#
# FOLDER has m3.csv.gz; of each period every EVERY-th series is taken, in the order of their names (8). Needs the Debian packages
# r-base-core and r-cran-forecast.
suppressMessages(library(forecast))
arguments <- commandArgs(trailingOnly = TRUE)
every <- if (length(arguments) > 1) as.integer(arguments[2]) else 8
m3 <- read.csv(gzfile(file.path(arguments[1], "m3.csv.gz")), stringsAsFactors = FALSE)
methods <- list(ets = function(x, h) forecast(ets(x), h = h, level = c(80, 95)), theta = function(x, h) thetaf(x, h = h, level = c(80, 95)))

for (period in c("yearly", "quarterly", "monthly")) {
    ids <- sort(unique(m3$id[m3$period == period]))
    ids <- ids[seq(1, length(ids), every)]
    for (name in names(methods)) {
        errors <- inside80 <- inside95 <- seconds <- c()
        for (id in ids) {
            series <- m3[m3$id == id, ]
            series <- series[order(series$part == "test", series$n), ]
            season <- series$season[1]
            known <- series$value[series$part == "train"]
            came <- series$value[series$part == "test"]
            unit <- mean(abs(diff(known, lag = season)))
            if (unit == 0) next
            start <- proc.time()[["elapsed"]]
            said <- methods[[name]](ts(known, frequency = season), length(came))
            seconds <- c(seconds, proc.time()[["elapsed"]] - start)
            errors <- c(errors, mean(abs(said$mean - came)) / unit)
            inside80 <- c(inside80, came >= said$lower[, 1] & came <= said$upper[, 1])
            inside95 <- c(inside95, came >= said$lower[, 2] & came <= said$upper[, 2])
        }
        cat(sprintf("%s, %d series, %s: MASE %.3f, within 80 and 95 %.1f and %.1f, %.1f ms a series\n", period, length(errors), name,
                    mean(errors), 100 * mean(inside80), 100 * mean(inside95), 1000 * mean(seconds)))
    }
}
