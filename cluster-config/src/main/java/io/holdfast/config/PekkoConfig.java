package io.holdfast.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configuration of the ActorSystem. From strong to weak: what follows from the settings (addresses, site,
 * directories), the user's expert section {@code pekko}, what the user's patience stretches, the resource {@code holdfast-pekko.conf} with every override and its
 * reason, and the {@code reference.conf} of each library.
 */
public final class PekkoConfig {
    /** Name of every node's ActorSystem; nodes with different names do not talk to each other. */
    public static final String SYSTEM_NAME = "holdfast";

    /** What the expert section may not set, and why: these would contradict the settings or break a promise. */
    static final Map<String, String> RESERVED = reserved();

    private static final String OVERRIDES = "holdfast-pekko.conf";
    /** How the library begins its messages where it knows the file and the line, which it does not always tell otherwise. */
    private static final Pattern PLACED = Pattern.compile("([^,]*?): (\\d+): (.*)", Pattern.DOTALL);

    /**
     * The times by which the silent are told from the slow, and for which who stops waits for the others: {@code tolerance.patience} stretches all of
     * them alike. Gossip is slower with it, and a node that did not wait until the others have heard of its leaving would be noticed as lost.
     */
    static final List<String> STRETCHED = List.of(
            "pekko.cluster.gossip-interval",
            "pekko.cluster.gossip-time-to-live",
            "pekko.cluster.leader-actions-interval",
            "pekko.cluster.unreachable-nodes-reaper-interval",
            "pekko.cluster.retry-unsuccessful-join-after",
            "pekko.cluster.seed-node-timeout",
            "pekko.cluster.down-removal-margin",
            "pekko.cluster.failure-detector.heartbeat-interval",
            "pekko.cluster.failure-detector.acceptable-heartbeat-pause",
            "pekko.cluster.failure-detector.expected-response-after",
            "pekko.cluster.failure-detector.min-std-deviation",
            "pekko.cluster.multi-data-center.failure-detector.heartbeat-interval",
            "pekko.cluster.multi-data-center.failure-detector.acceptable-heartbeat-pause",
            "pekko.cluster.multi-data-center.failure-detector.expected-response-after",
            "pekko.cluster.sharding.distributed-data.gossip-interval",
            "pekko.cluster.sharding.distributed-data.notify-subscribers-interval",
            "pekko.cluster.sharding.waiting-for-state-timeout",
            "pekko.cluster.sharding.updating-state-timeout",
            "pekko.cluster.sharding.retry-interval",
            "pekko.remote.artery.advanced.tcp.connection-timeout",
            "pekko.coordinated-shutdown.phases.before-service-unbind.timeout",
            "pekko.coordinated-shutdown.phases.cluster-sharding-shutdown-region.timeout",
            "pekko.coordinated-shutdown.phases.cluster-leave.timeout",
            "pekko.coordinated-shutdown.phases.cluster-exiting.timeout",
            "pekko.coordinated-shutdown.phases.cluster-exiting-done.timeout",
            "holdfast.membership.probe-interval",
            "holdfast.membership.answer-validity",
            "holdfast.membership.promise-duration",
            "holdfast.membership.stuck-joining-after",
            "holdfast.membership.silent-after",
            "holdfast.membership.strange-after",
            "holdfast.membership.island-after",
            "holdfast.membership.missing-site-after",
            "holdfast.lease.lasting",
            "holdfast.lease.renew-interval",
            "holdfast.lease.operation-timeout",
            "holdfast.lease.retry-interval");

    /**
     * By the time that a node counts as unreachable the pause that it was given has been stretched already, and each second here is one more without its
     * replicas. It is long enough for the site's nodes to come to see the same, which takes some rounds of stretched heartbeats and gossip: so it is
     * stretched only where these are rare.
     */
    private static final String STABLE_AFTER = "pekko.cluster.split-brain-resolver.stable-after";

    private PekkoConfig() {}

    /** How an ActorSystem relates to its process. */
    public enum Hosting {
        /** One node, one process: when the node is downed or cannot go on, the process exits, and its supervisor restarts it. */
        OWN_PROCESS,
        /** Several nodes in one JVM, for tests: a node that ends must not take the others with it. */
        SHARED_JVM
    }

    /**
     * A resolved configuration, ready for {@code ActorSystem.create} with {@link #SYSTEM_NAME}. Libraries on the class path
     * contribute their {@code reference.conf}.
     *
     * @throws SettingsException when the expert section cannot be combined with the rest
     */
    public static Config of(HoldfastSettings settings, Hosting hosting) {
        try {
            Config usual = overrides().withFallback(ConfigFactory.defaultReferenceUnresolved());
            return facts(settings, hosting)
                    .withFallback(settings.pekko())
                    .withFallback(stretched(usual, settings.tolerance()))
                    .withFallback(usual)
                    .resolve(ConfigResolveOptions.defaults());
        } catch (ConfigException e) {
            throw unreadable(e);
        }
    }

    /** What is told when Pekko, which knows its own settings best, cannot take what the expert section says. */
    public static SettingsException unreadable(RuntimeException failure) {
        Matcher placed = PLACED.matcher(String.valueOf(failure.getMessage()));
        boolean isPlaced = placed.matches();
        String reason = isPlaced ? placed.group(3) : String.valueOf(failure.getMessage());
        return new SettingsException(List.of(new SettingsProblem(
                UnknownKeys.PASSTHROUGH,
                Optional.of("{ ... }"),
                isPlaced ? placed.group(1) + ":" + placed.group(2) : "section pekko",
                "settings that Pekko can read, and combine with its own (" + SettingsSource.shorten(reason) + ")",
                "correct or remove the setting")));
    }

    static Config overrides() {
        return ConfigFactory.parseResources(
                PekkoConfig.class.getClassLoader(),
                OVERRIDES,
                ConfigParseOptions.defaults().setAllowMissing(false));
    }

    /** What the user's expert section sets is left as it is. */
    private static Config stretched(Config usual, ToleranceSettings tolerance) {
        Config stretched = ConfigFactory.empty();
        if (tolerance.patience() == 1) {
            return stretched;
        }
        Config resolved = usual.resolve(ConfigResolveOptions.defaults());
        for (String path : STRETCHED) {
            // Those of Holdfast's own are in the module that uses them.
            if (resolved.hasPath(path)) {
                stretched = with(stretched, path, tolerance.stretch(resolved.getDuration(path)));
            }
        }
        Duration stableAfter = resolved.getDuration(STABLE_AFTER);
        Duration third = tolerance.stretch(stableAfter).dividedBy(3);
        return third.compareTo(stableAfter) > 0 ? with(stretched, STABLE_AFTER, third) : stretched;
    }

    private static Config with(Config stretched, String path, Duration time) {
        return stretched.withValue(path, ConfigValueFactory.fromAnyRef(time, "tolerance.patience"));
    }

    private static Config facts(HoldfastSettings settings, Hosting hosting) {
        NodeAddress self = settings.site().self();
        String host = self.host().indexOf(':') >= 0 ? "[" + self.host() + "]" : self.host();
        boolean ownProcess = hosting == Hosting.OWN_PROCESS;
        PersistenceSettings.Rocksdb rocksdb = settings.persistence().rocksdb();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("pekko.remote.artery.canonical.hostname", host);
        facts.put("pekko.remote.artery.canonical.port", self.clusterPort());
        facts.put(
                "pekko.cluster.multi-data-center.self-data-center",
                settings.site().name());
        facts.put("pekko.coordinated-shutdown.exit-jvm", ownProcess);
        facts.put("pekko.coordinated-shutdown.run-by-jvm-shutdown-hook", ownProcess);
        facts.put("pekko.jvm-shutdown-hooks", ownProcess);
        facts.put("pekko.jvm-exit-on-fatal-error", ownProcess);
        facts.put("pekko.cluster.jmx.multi-mbeans-in-same-jvm", !ownProcess);
        facts.put("holdfast.persistence.rocksdb.journal.dir", rocksdb.dir().toString());
        facts.put("holdfast.persistence.rocksdb.journal.write-buffer", rocksdb.writeBufferBytes());
        facts.put(
                "holdfast.persistence.rocksdb.snapshot-store.dir",
                rocksdb.snapshotDir().toString());
        if (settings.persistence().journal() == PersistenceSettings.Journal.CASSANDRA) {
            facts.putAll(CassandraSection.facts(settings.persistence().cassandra()));
        }
        Config config = ConfigFactory.empty("settings of Holdfast");
        for (Map.Entry<String, Object> fact : facts.entrySet()) {
            config = config.withValue(
                    fact.getKey(), ConfigValueFactory.fromAnyRef(fact.getValue(), "settings of Holdfast"));
        }
        return config;
    }

    private static Map<String, String> reserved() {
        Map<String, String> reserved = new TreeMap<>();
        reserved.put("pekko.actor.provider", "a node is always a member of the cluster");
        reserved.put("pekko.actor.allow-java-serialization", "Java serialization lets a peer run code, it stays off");
        reserved.put("pekko.remote.artery.canonical", "it follows from site and sites");
        reserved.put("pekko.cluster.seed-nodes", "nodes find each other through sites");
        reserved.put("pekko.cluster.downing-provider-class", "takeover depends on Holdfast's own");
        reserved.put("pekko.cluster.multi-data-center.self-data-center", "it follows from site.name");
        reserved.put("pekko.persistence.journal.plugin", "it follows from persistence.journal");
        reserved.put("pekko.persistence.snapshot-store.plugin", "it follows from persistence.journal");
        reserved.put("pekko.coordinated-shutdown.exit-jvm", "the launcher decides it");
        return reserved;
    }
}
