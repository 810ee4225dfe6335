package io.holdfast.persistence.cassandra;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.holdfast.persistence.cassandra.local.LocalCassandra;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One real Cassandra for all tests of this JVM, in which clients must log in and may use TLS. It ends with the JVM. */
final class TestCassandra {
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    static final String STORE_PASSWORD = "changeit";

    private static LocalCassandra shared;
    private static Path keystore;
    private static Config ready;

    private TestCassandra() {}

    static synchronized LocalCassandra shared() {
        if (shared == null) {
            shared = start(LocalCassandra.freePort());
        }
        return shared;
    }

    private static LocalCassandra start(int port) {
        try {
            Path directory = Files.createDirectories(Path.of(
                            "target", "cassandra-" + ProcessHandle.current().pid()))
                    .toAbsolutePath();
            keystore = certificate(directory.resolve("server.p12"));
            var options = new LocalCassandra.Options(
                    directory,
                    port,
                    LocalCassandra.Options.DEFAULT_HEAP,
                    true,
                    List.of("client_encryption_options: { enabled: true, optional: true, store_type: PKCS12, keystore: "
                            + keystore + ", keystore_password: " + STORE_PASSWORD + ", require_client_auth: false }"));
            return LocalCassandra.start(options, System.out::println).awaitReady(Duration.ofMinutes(3));
        } catch (InterruptedException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path certificate(Path file) throws IOException, InterruptedException {
        int exit = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        STORE_PASSWORD,
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost,ip:127.0.0.1")
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IllegalStateException("keytool ended with " + exit);
        }
        return file;
    }

    /** The server's certificate, for those who trust it. */
    static synchronized Path keystore() {
        shared();
        return keystore;
    }

    static int number() {
        return NUMBERS.incrementAndGet();
    }

    static Config config(String endpoint, String keyspace, String... more) {
        return ConfigFactory.parseString(String.join("\n", more))
                .withFallback(ConfigFactory.parseString(
                        """
                        pekko.persistence.journal.plugin = holdfast.persistence.cassandra.journal
                        pekko.persistence.snapshot-store.plugin = holdfast.persistence.cassandra.snapshot-store
                        holdfast.persistence.cassandra {
                          journal.keyspace = %s
                          driver.basic.contact-points = ["%s"]
                          driver.basic.load-balancing-policy.local-datacenter = datacenter1
                          driver.basic.request.timeout = 10 s
                          driver.advanced.auth-provider {
                            class = PlainTextAuthProvider, username = cassandra, password = cassandra
                          }
                        }
                        pekko.loggers = ["org.apache.pekko.event.slf4j.Slf4jLogger"]
                        pekko.loglevel = ERROR
                        """
                                .formatted(keyspace, endpoint)))
                .withFallback(ConfigFactory.load());
    }

    /** In the shared Cassandra, with a schema that is created once: that takes seconds. */
    static synchronized Config ready() {
        if (ready == null) {
            ready = withSchema("ready");
        }
        return ready;
    }

    /** In the shared Cassandra, with a schema. */
    static Config withSchema(String keyspace) {
        Config config = config(shared().endpoint(), keyspace);
        try (var site = SiteCassandra.connect(config)) {
            site.createSchema(1);
        }
        return config;
    }
}
