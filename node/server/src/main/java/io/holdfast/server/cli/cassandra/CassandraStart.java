package io.holdfast.server.cli.cassandra;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PekkoConfig;
import io.holdfast.persistence.cassandra.CassandraException;
import io.holdfast.persistence.cassandra.SiteCassandra;
import io.holdfast.server.cli.CommandFailure;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node makes sure of before it starts on a Cassandra: that it is there, and what it has to be. */
public final class CassandraStart {
    private static final Logger LOG = LoggerFactory.getLogger(CassandraStart.class);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private CassandraStart() {}

    /**
     * Returns when the site's Cassandra can be used. What may heal is tried again for a minute, with a line in the log each time.
     *
     * @throws CommandFailure with exit code 2 for what somebody has to change, 1 when the time is over
     */
    public static void await(HoldfastSettings settings) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (var site = SiteCassandra.connect(PekkoConfig.of(settings, PekkoConfig.Hosting.OWN_PROCESS))) {
                site.requireUsable();
                return;
            } catch (CassandraException problem) {
                if (!problem.mayHeal()) {
                    throw CommandFailure.usage(problem.getMessage() + ".");
                }
                if (System.nanoTime() > deadline) {
                    throw CommandFailure.failed(
                            problem.getMessage() + ". Given up after " + PATIENCE.toSeconds() + " s.");
                }
                LOG.warn("{}. Trying again in {} s", problem.getMessage(), PAUSE.toSeconds());
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("Interrupted while waiting for Cassandra.");
        }
    }
}
