package io.holdfast.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.holdfast.persistence.cassandra.local.LocalCassandra;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** One real Cassandra for all tests of this JVM; it ends with it. */
public final class TestCassandra {
    private static LocalCassandra shared;

    private TestCassandra() {}

    public static synchronized LocalCassandra shared() {
        if (shared == null) {
            try {
                Path directory =
                        Path.of("target", "cassandra-" + ProcessHandle.current().pid());
                shared = LocalCassandra.start(
                                new LocalCassandra.Options(directory, LocalCassandra.freePort()), System.out::println)
                        .awaitReady(Duration.ofMinutes(3));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return shared;
    }

    /** Its connections stay, and nothing answers: what a client sends meanwhile arrives when it goes on. */
    public static void standStill() {
        signal("STOP");
    }

    public static void goOn() {
        signal("CONT");
    }

    private static void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(shared().pid()))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The settings of an actor system that keeps its journal there. */
    public static Config config(LocalCassandra server, String keyspace) {
        return ConfigFactory.parseString(
                """
                pekko.persistence.journal.plugin = holdfast.persistence.cassandra.journal
                pekko.persistence.snapshot-store.plugin = holdfast.persistence.cassandra.snapshot-store
                holdfast.persistence.cassandra {
                  journal.keyspace = %s
                  driver.basic.contact-points = ["%s"]
                  driver.basic.load-balancing-policy.local-datacenter = datacenter1
                  driver.basic.request.timeout = 2 s
                }
                """
                        .formatted(keyspace, server.endpoint()));
    }
}
