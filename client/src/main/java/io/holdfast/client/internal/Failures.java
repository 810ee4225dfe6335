package io.holdfast.client.internal;

import io.holdfast.client.HoldfastException;
import io.holdfast.client.InvalidRequestException;
import io.holdfast.client.Reason;
import io.holdfast.client.TimedOutException;
import io.holdfast.client.WriteId;
import java.util.Optional;

/** What an operation that failed tells the application. */
final class Failures {
    private Failures() {}

    /** The exception for an operation; with the write that may have been applied all the same, if there is one. */
    static HoldfastException exception(Op<?> op, Reason reason, String why, Optional<WriteId> open) {
        String message = describe(op) + ": " + why
                + open.map(id -> " It may have been applied: " + advice(reason, id))
                        .orElse("");
        if (reason == Reason.TIMED_OUT) {
            return new TimedOutException(message, open, Optional.empty());
        }
        boolean invalid =
                switch (reason) {
                    case INVALID_KEY,
                            INVALID_VALUE,
                            INVALID_KEYSPACE_NAME,
                            INVALID_REQUEST,
                            INVALID_LIMIT,
                            TRANSACTION_TOO_LARGE -> open.isEmpty();
                    default -> false;
                };
        return invalid
                ? new InvalidRequestException(reason, message)
                : new HoldfastException(reason, message, open, Optional.empty());
    }

    /** Whether what a node refused so may have been done all the same, or may still be. */
    static boolean leavesOpen(Reason reason) {
        return switch (reason) {
            case NO_LEADER, OVERLOADED, NOT_READY, UNKNOWN_KEYSPACE, LOCKED, STORE_FULL -> false;
            default -> true;
        };
    }

    private static String advice(Reason reason, WriteId id) {
        return reason == Reason.OUTCOME_FORGOTTEN
                ? "of write " + id + " nobody knows any more, so read the key."
                : "ask for the outcome of write " + id + ".";
    }

    /** Why there is no outcome at the deadline. */
    static String whyLate(Op<?> op, Router router) {
        if (op.timeoutNanos == 0) {
            return "The deadline had passed before, so it was not sent.";
        }
        String cause;
        if (op.attempts > 0) {
            cause = op.attempts
                    + (op.attempts == 1 ? " attempt" : " attempts")
                    + (op.lastFailure.isEmpty() ? "." : ", the last before: " + op.lastFailure);
        } else if (op.inFlight) {
            cause = "No node could be reached (" + router.describe() + ").";
        } else {
            cause = "It waited for others to finish and was not sent.";
        }
        return "No outcome within " + op.timeoutNanos / 1_000_000 + " ms. " + cause;
    }

    static String describe(Op<?> op) {
        String subject = op.key == null ? "partition " + op.hash : "key '" + op.key + "'";
        return op.verb() + " of " + subject + " in keyspace '" + op.routes.name() + "'";
    }
}
