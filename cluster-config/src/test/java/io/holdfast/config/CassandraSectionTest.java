package io.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CassandraSectionTest {
    private static final String SITE =
            "site { name = a, data-dir = d }, sites { a { hosts = [h] } }, tolerance.sites = 0\n";

    private static Config config(String persistence) {
        HoldfastSettings settings = HoldfastSettings.parse(SITE + persistence, "test.conf");
        return PekkoConfig.of(settings, PekkoConfig.Hosting.SHARED_JVM);
    }

    @Test
    void tellsPluginsAndDriverWhatFollows() {
        Config config = config(
                """
                persistence { journal = cassandra, cassandra {
                  contact-points = ["10.0.0.1", "cass.example:19042", "[::1]", "[::1]:9043"]
                  datacenter = west, keyspace = site_a, username = holdfast, password = sesame, request-timeout = 700ms
                  snapshot-chunk-bytes = 64KiB
                  tls { enabled = true, truststore = /etc/t.p12, truststore-password = t, keystore = /etc/k.p12
                    keystore-password = k, verify-host = false }
                } }""");
        assertThat(config.getString("pekko.persistence.journal.plugin"))
                .isEqualTo("holdfast.persistence.cassandra.journal");
        assertThat(config.getString("pekko.persistence.snapshot-store.plugin"))
                .isEqualTo("holdfast.persistence.cassandra.snapshot-store");
        assertThat(config.getString("holdfast.persistence.cassandra.journal.keyspace"))
                .isEqualTo("site_a");
        assertThat(config.getBytes("holdfast.persistence.cassandra.snapshot-store.chunk-bytes"))
                .isEqualTo(64 * 1024);
        Config driver = config.getConfig("holdfast.persistence.cassandra.driver");
        assertThat(driver.getStringList("basic.contact-points"))
                .isEqualTo(List.of("10.0.0.1:9042", "cass.example:19042", "::1:9042", "::1:9043"));
        assertThat(driver.getString("basic.load-balancing-policy.local-datacenter"))
                .isEqualTo("west");
        assertThat(driver.getDuration("basic.request.timeout").toMillis()).isEqualTo(700);
        assertThat(driver.getString("advanced.auth-provider.username")).isEqualTo("holdfast");
        assertThat(driver.getString("advanced.auth-provider.password")).isEqualTo("sesame");
        assertThat(driver.getString("advanced.ssl-engine-factory.class")).isEqualTo("DefaultSslEngineFactory");
        assertThat(driver.getString("advanced.ssl-engine-factory.truststore-path"))
                .isEqualTo("/etc/t.p12");
        assertThat(driver.getBoolean("advanced.ssl-engine-factory.hostname-validation"))
                .isFalse();
    }

    @Test
    void neitherAuthenticationNorEncryptionUnlessAsked() {
        Config driver = config("persistence { journal = cassandra, cassandra.contact-points = [h] }")
                .getConfig("holdfast.persistence.cassandra.driver");
        assertThat(driver.hasPath("advanced")).isFalse();
    }

    @Test
    void nothingOfItWithTheOtherJournal() {
        Config config = config("persistence { cassandra.contact-points = [h] }");
        assertThat(config.hasPath("holdfast.persistence.cassandra.driver")).isFalse();
        assertThat(config.getString("pekko.persistence.journal.plugin"))
                .isEqualTo("holdfast.persistence.rocksdb.journal");
    }

    @Test
    void whatIsSlowByDefaultIsNoticedBeforeTheWriteHasFailedWithAnyPatience() {
        for (String patience : List.of("1", "2", "4", "5.5", "10")) {
            for (String timeout : List.of("100ms", "2s", "1m")) {
                PersistenceSettings persistence = persistence("persistence.journal = cassandra", patience, timeout);
                assertThat(persistence.slowWrite())
                        .as("patience %s, timeout %s", patience, timeout)
                        .isLessThan(persistence.cassandra().requestTimeout());
            }
        }
        assertThat(persistence("", "10", "2s").slowWrite())
                .as("without Cassandra")
                .isEqualTo(Duration.ofSeconds(5));
        assertThat(persistence("persistence { journal = cassandra, slow-write = 300ms }", "6", "2s")
                        .slowWrite())
                .as("as it is written")
                .isEqualTo(Duration.ofMillis(1800));
    }

    private static PersistenceSettings persistence(String more, String patience, String timeout) {
        String hocon = SITE + more + "\ntolerance.patience = " + patience
                + "\npersistence.cassandra { contact-points = [x], request-timeout = " + timeout + " }";
        return HoldfastSettings.parse(hocon, "test.conf").persistence();
    }
}
