package io.holdfast.server.cli.bench;

import io.holdfast.client.Key;
import io.holdfast.server.cli.CommandFailure;
import java.util.Locale;

/**
 * What is measured.
 *
 * @param clients requests under way at any moment: each is one client that sends its next request when it has the answer
 * @param span partitions of a transaction
 * @param keys how many different ones
 */
record BenchPlan(Mode mode, int clients, int keys, int valueBytes, int span, int warmupSeconds, int seconds) {
    private static final int MAX_CLIENTS = 16_000;
    private static final int MAX_SPAN = 64;
    private static final int MAX_KEYS = 50_000_000;

    /** What the clients do. */
    enum Mode {
        PUT,
        GET,
        /** Half puts, half gets. */
        MIXED,
        /** Transactions that read and write some keys, each in another partition. */
        TXN,
        /** Transfers between accounts, whose sum is checked. */
        BANK;

        boolean reads() {
            return this != PUT;
        }

        String lower() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    BenchPlan {
        check("--clients", clients, 1, MAX_CLIENTS);
        check("--keys", keys, 1, MAX_KEYS);
        check("--value-size", valueBytes, 0, 1 << 20);
        check("--span", span, 1, MAX_SPAN);
        check("--warmup", warmupSeconds, 0, 3600);
        check("--seconds", seconds, 1, 86_400);
        if (mode == Mode.BANK && keys < 2) {
            throw CommandFailure.usage("--keys is " + keys + ": a transfer takes two accounts, so give 2 or more.");
        }
    }

    /** Who looks for a key of another partition where none is would look for ever. */
    void checkSpan(Key[] all, int partitions) {
        int there = mode == Mode.TXN ? Work.partitionsOf(all, partitions) : span;
        if (span > there) {
            throw CommandFailure.usage("--span is " + span + ", and the " + keys + " keys lie in " + there
                    + " partitions of the " + partitions + ": give more --keys, or a smaller --span.");
        }
    }

    private static void check(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw CommandFailure.usage(option + " is " + value + ": give " + least + " to " + most + ".");
        }
    }
}
