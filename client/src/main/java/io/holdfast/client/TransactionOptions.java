package io.holdfast.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How a transaction is to be done. What is left out is the client's default ({@link ClientOptions}).
 *
 * @param deadline for all of it, repetitions after conflicts included: 1 ms to 5 minutes
 * @param concern {@link WriteConcern#ONE} is raised to a majority: what several partitions promise must not depend on one site
 * @param maxAttempts how often its body may be run when it meets conflicts; 1,000 by default
 */
public record TransactionOptions(Optional<Duration> deadline, Optional<WriteConcern> concern, int maxAttempts) {
    /** The client's defaults. */
    public static final TransactionOptions DEFAULT = new TransactionOptions(Optional.empty(), Optional.empty(), 1_000);

    public TransactionOptions {
        deadline.ifPresent(Limits::checkDeadline);
        if (maxAttempts < 1) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST, "maxAttempts is " + maxAttempts + ": give at least 1.");
        }
    }

    public TransactionOptions withDeadline(Duration wait) {
        return new TransactionOptions(Optional.of(wait), concern, maxAttempts);
    }

    public TransactionOptions withConcern(WriteConcern wanted) {
        return new TransactionOptions(deadline, Optional.of(wanted), maxAttempts);
    }

    public TransactionOptions withMaxAttempts(int attempts) {
        return new TransactionOptions(deadline, concern, attempts);
    }
}
