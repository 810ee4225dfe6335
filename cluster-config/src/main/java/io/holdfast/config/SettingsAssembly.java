package io.holdfast.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads the sections one after the other and reports the mistakes of all of them together. */
final class SettingsAssembly {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final int GIB = 1024 * MIB;
    private static final long PIB = 1024L * 1024 * GIB;

    /** Leaves room for the cluster port and the port of the status endpoint, which follow by default. */
    static final int HIGHEST_PORT = 65_533;

    private final SettingsSource source;
    private final SettingsReader reader;
    private final List<String> siteNames;

    private SettingsAssembly(SettingsSource source, SettingsReader reader, List<String> siteNames) {
        this.source = source;
        this.reader = reader;
        this.siteNames = siteNames;
    }

    static HoldfastSettings assemble(SettingsSource source) {
        return assemble(source, new ArrayList<>());
    }

    /** @param pathsRead receives every path that was asked for, for the test that compares them with the reference */
    static HoldfastSettings assemble(SettingsSource source, List<String> pathsRead) {
        Config reference = SettingsSource.reference();
        UnknownKeys keys = new UnknownKeys(source.user(), reference);
        Config clean = keys.clean();
        List<String> siteNames = source.siteNames().stream()
                .filter(site -> clean.hasPath(ConfigUtil.joinPath("sites", site)))
                .toList();
        Config defaults = defaults(reference, siteNames);
        SettingsReader reader = new SettingsReader(source, clean.withFallback(defaults), defaults);
        keys.notSections().forEach(path -> reader.markBad(path.startsWith("sites") ? "sites" : path));
        HoldfastSettings settings = new SettingsAssembly(source, reader, siteNames).read(passthrough(clean));
        pathsRead.addAll(reader.pathsRead());

        List<SettingsProblem> problems = new ArrayList<>(keys.problems());
        problems.addAll(reader.problems());
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        return settings;
    }

    /** The reference describes a site once; here each site of the user gets these defaults. */
    private static Config defaults(Config reference, List<String> siteNames) {
        ConfigObject anySite = reference.getObject(ConfigUtil.joinPath("sites", UnknownKeys.ANY_SITE));
        Config defaults = reference.withoutPath("sites");
        for (String site : siteNames) {
            defaults = defaults.withValue(ConfigUtil.joinPath("sites", site), anySite);
        }
        return defaults;
    }

    private static Config passthrough(Config clean) {
        return clean.hasPath(UnknownKeys.PASSTHROUGH)
                ? clean.withOnlyPath(UnknownKeys.PASSTHROUGH)
                : ConfigFactory.empty();
    }

    private HoldfastSettings read(Config pekko) {
        Topology topology = new Topology(reader, siteNames);
        List<Site> sites = topology.sites();
        Path dataDir = dataDir();
        ToleranceSettings tolerance = new ToleranceSettings(
                reader.integer("tolerance.sites", 0, 5),
                reader.ratio("tolerance.patience", 1.0, ToleranceSettings.MOST_PATIENCE));
        PersistenceSettings persistence = persistence(dataDir, tolerance);
        NodeAddress self = topology.self(sites);
        SystemSettings system = system(self);
        HoldfastSettings settings = new HoldfastSettings(
                new SiteSettings(
                        self.site(),
                        self,
                        dataDir,
                        reader.ratio("site.data-share", 0.01, 0.9),
                        reader.integer("site.max-connections", 1, 1_000_000)),
                sites,
                new DatabaseSettings(
                        reader.integer("database.partitions", 1, 1024),
                        reader.duration("database.history", Duration.ofMillis(100), Duration.ofHours(24))),
                tolerance,
                transaction(),
                replication(),
                backup(),
                system,
                security(),
                persistence,
                pekko);
        CrossChecks checks = new CrossChecks(reader, settings);
        checks.run();
        reservedPekkoKeys(pekko);
        pekkoSections(pekko.root(), PekkoConfig.overrides().root(), "");
        return settings;
    }

    private Path dataDir() {
        Optional<Path> dir = reader.optionalPath("site.data-dir");
        if (dir.isEmpty()) {
            reader.missing(
                    "site.data-dir",
                    "the directory for everything this node keeps on disk",
                    "add it, such as: data-dir = \"/var/lib/holdfast\"");
        }
        return dir.orElseGet(() -> Path.of("").toAbsolutePath());
    }

    private TransactionSettings transaction() {
        return new TransactionSettings(
                reader.oneOf(
                        "transaction.write-concern",
                        "one, majority or all",
                        Map.of(
                                "one", WriteConcern.ONE,
                                "1", WriteConcern.ONE,
                                "majority", WriteConcern.MAJORITY,
                                "all", WriteConcern.ALL)),
                reader.duration("transaction.commit-timeout", Duration.ofMillis(100), Duration.ofMinutes(5)),
                reader.duration("transaction.outcome-retention", Duration.ofMinutes(10), Duration.ofDays(30)));
    }

    private ReplicationSettings replication() {
        return new ReplicationSettings(
                reader.duration("replication.heartbeat-interval", Duration.ofMillis(5), Duration.ofSeconds(10)),
                reader.duration("replication.election-timeout", Duration.ofMillis(20), Duration.ofMinutes(1)),
                reader.duration("replication.lease-duration", Duration.ofMillis(15), Duration.ofMinutes(1)),
                reader.ratio("replication.clock-drift-bound", 0.0, 0.5),
                reader.bytes("replication.max-append-bytes", 4 * KIB, MIB),
                reader.integer("replication.max-in-flight-appends", 1, 1024),
                reader.bytes("replication.max-entry-bytes", KIB, MIB),
                reader.bytes("replication.max-pending-bytes", 2 * MIB, GIB),
                reader.integer("replication.max-pending-requests", 1, 1_048_576),
                reader.bytes("replication.log-tail-bytes", 4 * KIB, GIB),
                reader.bytes("replication.snapshot-log-bytes", 64 * KIB, GIB),
                reader.bytes("replication.snapshot-chunk-bytes", 4 * KIB, MIB),
                reader.duration("replication.quiesce-after", Duration.ofMillis(10), Duration.ofHours(1)),
                reader.duration("replication.return-leadership-after", Duration.ofSeconds(1), Duration.ofDays(365)));
    }

    private BackupSettings backup() {
        return new BackupSettings(
                reader.optionalPath("backup.path"),
                reader.durationOrOff("backup.frequency", Duration.ofMinutes(1), Duration.ofDays(365)));
    }

    private SystemSettings system(NodeAddress self) {
        String host = reader.text("system.host");
        if (!Topology.isHost(host)) {
            reader.reject(
                    "system.host", "a host name or an address (an IPv6 address in brackets)", "correct the value");
        }
        return new SystemSettings(
                Topology.withoutBrackets(host),
                reader.optionalInteger("system.port", 1, 65_535).orElse(self.port() + 2));
    }

    private SecuritySettings security() {
        boolean enabled = reader.bool("security.tls.enabled");
        if (enabled) {
            reader.reject(
                    "security.tls.enabled",
                    "false: TLS is not available in this version",
                    "remove the line and protect the traffic with a private network or a tunnel (such as WireGuard)");
        }
        return new SecuritySettings(new SecuritySettings.Tls(
                enabled,
                reader.optionalPath("security.tls.certificate"),
                reader.optionalPath("security.tls.private-key"),
                reader.optionalPath("security.tls.trusted-certificates")));
    }

    private PersistenceSettings persistence(Path dataDir, ToleranceSettings tolerance) {
        String section = "persistence.";
        PersistenceSettings.Journal journal = reader.oneOf(
                section + "journal",
                "rocksdb or cassandra",
                Map.of(
                        "rocksdb", PersistenceSettings.Journal.ROCKSDB,
                        "cassandra", PersistenceSettings.Journal.CASSANDRA));
        PersistenceSettings.Cassandra cassandra = CassandraSection.read(reader);
        return new PersistenceSettings(
                journal,
                slowWrite(journal, cassandra, tolerance),
                new PersistenceSettings.Rocksdb(
                        reader.optionalPath(section + "rocksdb.dir").orElse(dataDir),
                        reader.optionalPath(section + "rocksdb.snapshot-dir").orElse(dataDir),
                        reader.bytes(section + "rocksdb.write-buffer", MIB, GIB),
                        reader.manyBytes(section + "rocksdb.disk-reserve", 0, PIB)),
                cassandra);
    }

    /** What nobody has written fits: a write that has failed before it is slow would never be called slow. */
    private Duration slowWrite(
            PersistenceSettings.Journal journal, PersistenceSettings.Cassandra cassandra, ToleranceSettings tolerance) {
        Duration slow = tolerance.stretch(
                reader.duration(CrossChecks.SLOW_WRITE, Duration.ofMillis(50), Duration.ofMinutes(1)));
        Duration most = cassandra.requestTimeout().multipliedBy(3).dividedBy(4);
        boolean shortened = journal == PersistenceSettings.Journal.CASSANDRA
                && !reader.isWritten(CrossChecks.SLOW_WRITE)
                && slow.compareTo(most) > 0;
        return shortened ? most : slow;
    }

    private void reservedPekkoKeys(Config pekko) {
        PekkoConfig.RESERVED.forEach((path, reason) -> {
            if (pekko.hasPath(path)) {
                reader.reject(
                        path,
                        Optional.of(SettingsReader.show(pekko.getValue(path))),
                        source.where(path),
                        "not to be set: " + reason,
                        "remove it");
            }
        });
    }

    /** A value where Pekko has a section would hide all of Holdfast's and Pekko's settings below it. */
    private void pekkoSections(ConfigObject written, ConfigObject overrides, String section) {
        for (Map.Entry<String, ConfigValue> each : new TreeMap<>(written).entrySet()) {
            if (overrides.get(each.getKey()) instanceof ConfigObject inner) {
                String path = section + ConfigUtil.joinPath(each.getKey());
                if (each.getValue() instanceof ConfigObject object) {
                    pekkoSections(object, inner, path + ".");
                } else {
                    reader.reject(
                            path,
                            Optional.of(SettingsReader.show(each.getValue())),
                            SettingsSource.describe(each.getValue().origin()),
                            "a section, such as: " + path + " { ... }",
                            "remove it, or set single settings of this section");
                }
            }
        }
    }
}
