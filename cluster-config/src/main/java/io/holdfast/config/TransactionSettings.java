package io.holdfast.config;

import java.time.Duration;

/**
 * Section {@code transaction}.
 *
 * @param writeConcern for writes that do not name their own
 * @param commitTimeout how long a commit may stay undecided before any participant may settle it, at most 5 minutes
 * @param outcomeRetention how long an outcome is kept for clients that ask again, at least 10 minutes
 */
public record TransactionSettings(WriteConcern writeConcern, Duration commitTimeout, Duration outcomeRetention) {}
