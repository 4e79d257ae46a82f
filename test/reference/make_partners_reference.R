#!/usr/bin/env Rscript
# Writes partners.txt beside this script: what R's package forecast says of exponential smoothing and theta, for
# test/core/partner_test.c, which needs no R. Every series comes with R.
#
#     cd test/reference && Rscript make_partners_reference.R
#
# A file is a list of tensors: a line "name rank dimensions", then the values. Of each series "rows", and of each form
# of ets() on it, by a name as MAdM:
#
#     smoothing     alpha, beta, gamma, phi; 0 where the form has none, phi then 1
#     start         level, trend, and the season of the first row, the second, ...
#     deviance      minus twice the logarithm of the likelihood, as ets() counts it; then its AICc
#     mean          of 24 forecasts (8 of yearly rows), as ets() prints them: further errors are 0
#     spread        of the same; see ets_test.c for those that are not compared
#
# A form is left out where its forecasts of rows are not all above 0, and its error is relative to them.
#
# theta.* are smoothing, level behind the last row, slope, and forecasts of thetaf() on rows without a season.
suppressMessages(library(forecast))

out <- file("partners.txt", "w")
put <- function(name, x) {
    x <- as.numeric(x)
    cat(sprintf("%s 1 %d\n", name, length(x)), file = out)
    cat(sprintf("%.15g", x), sep = "\n", file = out)
}

one <- function(name, y, form, damped) {
    season <- frequency(y)
    fit <- ets(y, model = form, damped = damped, opt.crit = "lik", restrict = FALSE)
    if (substr(form, 1, 1) == "M" && min(fitted(fit)) <= 0) return()
    code <- paste0(substr(form, 1, 1), if (damped) "Ad" else substr(form, 2, 2), substr(form, 3, 3))
    prefix <- paste0(name, ".", code)
    value <- function(key, otherwise) if (key %in% names(fit$par)) fit$par[[key]] else otherwise
    seasonal <- substr(form, 3, 3) != "N"
    start <- c(fit$initstate["l"], if ("b" %in% names(fit$initstate)) fit$initstate["b"] else 0)
    # the last state of a season is that of the row after next
    if (seasonal) start <- c(start, rev(fit$initstate[grepl("^s", names(fit$initstate))]))
    put(paste0(prefix, ".smoothing"), c(value("alpha", 0), value("beta", 0), value("gamma", 0), value("phi", 1)))
    put(paste0(prefix, ".start"), start)
    put(paste0(prefix, ".deviance"), c(-2 * fit$loglik, fit$aicc))
    told <- forecast(fit, h = if (season > 1) 24 else 8, level = 95, simulate = FALSE)
    # the formulas for a season that multiplies give the expected value, paths at random are put around the forecast
    if (substr(form, 3, 3) == "M") mean <- forecast(fit, h = 24, simulate = TRUE, npaths = 2)$mean else mean <- told$mean
    put(paste0(prefix, ".mean"), mean)
    put(paste0(prefix, ".spread"), (told$upper[, 1] - told$lower[, 1]) / 2 / qnorm(0.975))
}

# of gas the last cycle is not a whole one
series <- list(passengers = AirPassengers / 100, gas = window(UKgas, end = c(1986, 2)) / 100, deaths = USAccDeaths / 1000, nile = Nile / 100,
               huron = LakeHuron - 570)
for (name in names(series)) {
    y <- series[[name]]
    put(paste0(name, ".rows"), y)
    seasons <- if (frequency(y) > 1) c("N", "A", "M") else "N"
    for (s in seasons) for (e in c("A", "M")) {
        if (s == "M" && e == "A") next
        one(name, y, paste0(e, "N", s), FALSE)
        one(name, y, paste0(e, "A", s), FALSE)
        one(name, y, paste0(e, "A", s), TRUE)
    }
}

# without a season of its own: thetaf() would take one out
y <- Nile / 100
n <- length(y)
ses <- ses(y)
told <- thetaf(y, h = 24)
put("theta.rows", y)
put("theta.smoothing", ses$model$par["alpha"])
put("theta.level", ses$model$states[n + 1, 1])
put("theta.slope", lsfit(0:(n - 1), y)$coefficients[2])
put("theta.mean", told$mean)
close(out)
