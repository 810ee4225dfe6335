package io.holdfast.config;

import io.holdfast.config.PersistenceSettings.Cassandra;
import io.holdfast.config.PersistenceSettings.CassandraTls;
import io.holdfast.config.PersistenceSettings.Journal;
import io.holdfast.config.PersistenceSettings.Secret;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Section {@code persistence.cassandra}: how it is read, checked, and told to Pekko and the Cassandra driver. */
final class CassandraSection {
    static final int DEFAULT_PORT = 9042;
    private static final String SECTION = "persistence.cassandra.";
    private static final String CONTACT_POINTS = SECTION + "contact-points";
    private static final String KEYSPACE = SECTION + "keyspace";
    private static final int KIB = 1024;
    /** Where the plugins of the persistence module have their settings, and the driver. */
    private static final String PLUGIN = "holdfast.persistence.cassandra";

    private static final String DRIVER = PLUGIN + ".driver";

    private CassandraSection() {}

    static Cassandra read(SettingsReader reader) {
        return new Cassandra(
                reader
                        .optionalList(CONTACT_POINTS, "a list of host or host:port, such as [\"10.0.0.1:9042\"]")
                        .orElse(List.of())
                        .stream()
                        .flatMap(point -> SettingsReader.scalar(point).stream())
                        .toList(),
                reader.text(SECTION + "datacenter"),
                reader.text(KEYSPACE),
                reader.text(SECTION + "username"),
                new Secret(reader.text(SECTION + "password")),
                reader.duration(SECTION + "request-timeout", Duration.ofMillis(100), Duration.ofMinutes(1)),
                reader.bytes(SECTION + "snapshot-chunk-bytes", 4 * KIB, KIB * KIB),
                new CassandraTls(
                        reader.bool(SECTION + "tls.enabled"),
                        reader.optionalPath(SECTION + "tls.truststore"),
                        new Secret(reader.text(SECTION + "tls.truststore-password")),
                        reader.optionalPath(SECTION + "tls.keystore"),
                        new Secret(reader.text(SECTION + "tls.keystore-password")),
                        reader.bool(SECTION + "tls.verify-host")));
    }

    /** What only matters when the journal is in Cassandra. */
    static void check(SettingsReader reader, PersistenceSettings persistence) {
        if (persistence.journal() != Journal.CASSANDRA || !reader.good("persistence.journal")) {
            return;
        }
        Cassandra cassandra = persistence.cassandra();
        if (reader.good(CONTACT_POINTS)) {
            if (cassandra.contactPoints().isEmpty()) {
                reader.missing(
                        CONTACT_POINTS,
                        "where this site's Cassandra is, because persistence.journal = cassandra",
                        "add it, such as: contact-points = [\"10.0.0.1:9042\"]");
            }
            cassandra.contactPoints().stream()
                    .filter(point -> parse(point).isEmpty())
                    .findFirst()
                    .ifPresent(wrong -> reader.reject(
                            CONTACT_POINTS,
                            Optional.of(wrong),
                            reader.where(CONTACT_POINTS),
                            "host or host:port, such as 10.0.0.1:9042",
                            "correct the value"));
        }
        if (reader.good(KEYSPACE) && !cassandra.keyspace().matches("[a-z][a-z0-9_]{0,47}")) {
            reader.reject(
                    KEYSPACE,
                    "a name of 1 to 48 lower-case letters, digits and \"_\", a letter first",
                    "choose another name");
        }
    }

    /** {@code host:port} as the driver wants it; empty if it is neither that nor a host. */
    private static Optional<String> parse(String point) {
        int colon = point.lastIndexOf(':');
        boolean withPort = colon > 0 && (point.indexOf(':') == colon || point.charAt(colon - 1) == ']');
        String host = withPort ? point.substring(0, colon) : point;
        String port = withPort ? point.substring(colon + 1) : String.valueOf(DEFAULT_PORT);
        boolean good = Topology.isHost(host) && port.matches("[1-9][0-9]{0,4}") && Integer.parseInt(port) < 65_536;
        return good ? Optional.of(Topology.withoutBrackets(host) + ":" + port) : Optional.empty();
    }

    static Map<String, Object> facts(Cassandra cassandra) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("pekko.persistence.journal.plugin", PLUGIN + ".journal");
        facts.put("pekko.persistence.snapshot-store.plugin", PLUGIN + ".snapshot-store");
        facts.put(PLUGIN + ".journal.keyspace", cassandra.keyspace());
        facts.put(PLUGIN + ".snapshot-store.chunk-bytes", cassandra.snapshotChunkBytes());
        facts.put(
                DRIVER + ".basic.contact-points",
                cassandra.contactPoints().stream()
                        .flatMap(point -> parse(point).stream())
                        .toList());
        facts.put(DRIVER + ".basic.load-balancing-policy.local-datacenter", cassandra.datacenter());
        facts.put(DRIVER + ".basic.request.timeout", cassandra.requestTimeout().toMillis() + " ms");
        if (!cassandra.username().isEmpty()) {
            facts.put(DRIVER + ".advanced.auth-provider.class", "PlainTextAuthProvider");
            facts.put(DRIVER + ".advanced.auth-provider.username", cassandra.username());
            facts.put(
                    DRIVER + ".advanced.auth-provider.password",
                    cassandra.password().reveal());
        }
        if (cassandra.tls().enabled()) {
            facts.putAll(tls(cassandra.tls()));
        }
        return facts;
    }

    private static Map<String, Object> tls(CassandraTls tls) {
        String section = DRIVER + ".advanced.ssl-engine-factory.";
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put(section + "class", "DefaultSslEngineFactory");
        facts.put(section + "hostname-validation", tls.verifyHost());
        tls.truststore().ifPresent(store -> {
            facts.put(section + "truststore-path", store.toString());
            facts.put(section + "truststore-password", tls.truststorePassword().reveal());
        });
        tls.keystore().ifPresent(store -> {
            facts.put(section + "keystore-path", store.toString());
            facts.put(section + "keystore-password", tls.keystorePassword().reveal());
        });
        return facts;
    }
}
