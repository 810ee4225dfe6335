package io.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.cluster.ClusterSettings;
import org.apache.pekko.cluster.sharding.ClusterShardingSettings;
import org.apache.pekko.remote.artery.ArterySettings;
import org.junit.jupiter.api.Test;

class PekkoConfigTest {
    private static final String THREE_SITES =
            """
            site { name = b, data-dir = "/data" }
            sites {
              a { hosts = ["10.0.0.1"] }
              b { hosts = ["10.0.1.1"], port = 7500, cluster-port = 7555 }
              c { hosts = ["10.0.2.1"] }
            }
            """;

    private static Config config(String more) {
        return PekkoConfig.of(HoldfastSettings.parse(THREE_SITES + more, "test.conf"), PekkoConfig.Hosting.OWN_PROCESS);
    }

    @Test
    void followsFromTheSettings() {
        Config config = config("");

        assertThat(config.getString("pekko.remote.artery.canonical.hostname")).isEqualTo("10.0.1.1");
        assertThat(config.getInt("pekko.remote.artery.canonical.port")).isEqualTo(7555);
        assertThat(config.getString("pekko.cluster.multi-data-center.self-data-center"))
                .isEqualTo("b");
        assertThat(config.getString("holdfast.persistence.rocksdb.journal.dir")).isEqualTo("/data");
        assertThat(config.getBytes("holdfast.persistence.rocksdb.journal.write-buffer"))
                .isEqualTo(16L * 1024 * 1024);
        assertThat(config.getString("holdfast.persistence.rocksdb.snapshot-store.dir"))
                .isEqualTo("/data");
        assertThat(config.getString("pekko.cluster.downing-provider-class"))
                .isEqualTo("io.holdfast.server.membership.HoldfastDowningProvider");
    }

    @Test
    void everyOverrideIsASettingThatPekkoKnows() {
        Config known = ConfigFactory.defaultReference();

        List<String> misspelt = PekkoConfig.overrides().entrySet().stream()
                .map(Map.Entry::getKey)
                // A phase of the shutdown may have a timeout whether or not the reference writes one.
                .map(path -> path.replaceFirst("^(pekko\\.coordinated-shutdown\\.phases\\..*)\\.timeout$", "$1"))
                .filter(path -> !known.hasPathOrNull(path))
                .toList();

        assertThat(misspelt).isEmpty();
    }

    @Test
    void patienceStretchesTheTimesOfFailureDetectionTogetherButNotWhatTheUserSets() {
        Config usual = config("");
        Config patient = config("tolerance.patience = 2.5\npekko.cluster.down-removal-margin = 7s");
        for (String path : PekkoConfig.STRETCHED) {
            if (path.startsWith("pekko") && !path.endsWith("down-removal-margin")) {
                assertThat(patient.getDuration(path).toMillis())
                        .as(path)
                        .isEqualTo(usual.getDuration(path).toMillis() * 5 / 2);
            }
        }
        assertThat(patient.getDuration("pekko.cluster.down-removal-margin")).isEqualTo(Duration.ofSeconds(7));
        assertThat(config("tolerance.patience = 1")).isEqualTo(usual);
    }

    @Test
    void howLongASilentNodeIsWaitedForGrowsWithAThirdOfThePatience() {
        String path = "pekko.cluster.split-brain-resolver.stable-after";
        assertThat(config("tolerance.patience = 2.5").getDuration(path)).isEqualTo(Duration.ofSeconds(2));
        assertThat(config("tolerance.patience = 9").getDuration(path)).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void everyReservedKeyIsASettingThatPekkoKnows() {
        assertThat(PekkoConfig.RESERVED.keySet()).allMatch(ConfigFactory.defaultReference()::hasPathOrNull);
    }

    @Test
    void everyOverrideHasAReason() {
        for (Map.Entry<String, ConfigValue> each :
                PekkoConfig.overrides().root().toConfig().entrySet()) {
            assertThat(ReferenceText.isExplained(
                            "/holdfast-pekko.conf", each.getValue().origin().lineNumber()))
                    .as(each.getKey() + " has a comment on its line or its block")
                    .isTrue();
        }
    }

    @Test
    void pekkoReadsTheValuesWithTheTypesItExpects() {
        Config config = config("");

        ClusterSettings cluster = new ClusterSettings(config, PekkoConfig.SYSTEM_NAME);
        assertThat(cluster.SeedNodes()).isEqualTo(scala.collection.immutable.Vector$.MODULE$.empty());
        assertThat(cluster.SelfDataCenter()).isEqualTo("b");
        assertThat(cluster.PruneGossipTombstonesAfter().toHours()).isEqualTo(7 * 24);
        assertThat(cluster.AllowWeaklyUpMembers()).isFalse();
        assertThat(config.getDuration("pekko.cluster.multi-data-center.failure-detector.heartbeat-interval"))
                .isEqualTo(Duration.ofMillis(50));

        ArterySettings artery = ArterySettings.apply(config.getConfig("pekko.remote.artery"));
        assertThat(artery.Advanced().MaximumFrameSize()).isEqualTo(1280 * 1024);
        assertThat(artery.Advanced().BufferPoolSize()).isEqualTo(16);
        assertThat(artery.PropagateHarmlessQuarantineEvents()).isFalse();
    }

    @Test
    void shardingKeepsReplicasAliveAndNothingOnDisk() {
        Config config = config("").getConfig("pekko.cluster.sharding");
        ClusterShardingSettings sharding = ClusterShardingSettings.apply(config);

        assertThat(sharding.rememberEntities()).isFalse();
        assertThat(sharding.stateStoreMode()).isEqualTo("ddata");
        assertThat(sharding.passivationStrategy()).isEqualTo(ClusterShardingSettings.NoPassivationStrategy$.MODULE$);
        assertThat(config.getStringList("distributed-data.durable.keys")).isEmpty();
    }

    @Test
    void onlyAProcessOfItsOwnIsEnded() {
        HoldfastSettings settings = HoldfastSettings.parse(THREE_SITES, "test.conf");
        Config own = PekkoConfig.of(settings, PekkoConfig.Hosting.OWN_PROCESS);
        Config shared = PekkoConfig.of(settings, PekkoConfig.Hosting.SHARED_JVM);

        assertThat(own.getBoolean("pekko.coordinated-shutdown.exit-jvm")).isTrue();
        for (String ends : List.of(
                "pekko.coordinated-shutdown.exit-jvm",
                "pekko.coordinated-shutdown.run-by-jvm-shutdown-hook",
                "pekko.jvm-shutdown-hooks",
                "pekko.jvm-exit-on-fatal-error")) {
            assertThat(own.getBoolean(ends)).as(ends).isTrue();
            assertThat(shared.getBoolean(ends)).as(ends).isFalse();
        }
    }

    /** A supervisor must not see by chance what it sees. */
    @Test
    void aDownedNodeEndsWithTheCodeOfTheCommand() {
        String reason = ConfigUtil.quoteString(
                CoordinatedShutdown.clusterDowningReason().getClass().getName());
        assertThat(config("").getInt("pekko.coordinated-shutdown.reason-overrides." + reason + ".exit-code"))
                .isEqualTo(1);
    }

    @Test
    void expertsOverrideOverridesButNotFacts() {
        Config config = config("pekko.cluster.gossip-interval = 1s\npekko.cluster.roles = [x]");

        assertThat(config.getDuration("pekko.cluster.gossip-interval")).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.getStringList("pekko.cluster.roles")).containsExactly("x");
        assertThatThrownBy(() -> config("pekko.remote.artery.canonical.port = 1"))
                .isInstanceOf(SettingsException.class);
    }

    @Test
    void anAddressOfIpv6StandsInBrackets() {
        HoldfastSettings settings = HoldfastSettings.parse(
                "site { name = a, data-dir = d }, sites { a { hosts = [\"[::1]\"] } }, tolerance.sites = 0",
                "test.conf");

        assertThat(settings.site().self().host()).isEqualTo("::1");
        assertThat(settings.site().self().endpoint()).isEqualTo("[::1]:7400");
        assertThat(PekkoConfig.of(settings, PekkoConfig.Hosting.SHARED_JVM)
                        .getString("pekko.remote.artery.canonical.hostname"))
                .isEqualTo("[::1]");
    }
}
