package io.holdfast.config;

import com.typesafe.config.ConfigUtil;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What must hold between settings. A check whose settings are wrong by themselves is left out. */
final class CrossChecks {
    private static final String HEARTBEAT = "replication.heartbeat-interval";
    private static final String ELECTION = "replication.election-timeout";
    private static final String LEASE = "replication.lease-duration";
    private static final String DRIFT = "replication.clock-drift-bound";
    private static final String APPEND = "replication.max-append-bytes";
    private static final String ENTRY = "replication.max-entry-bytes";
    private static final String TAIL = "replication.log-tail-bytes";
    static final String SLOW_WRITE = "persistence.slow-write";
    private static final String REQUEST_TIMEOUT = "persistence.cassandra.request-timeout";
    private static final String JOURNAL = "persistence.journal";

    /** After which a write has failed: {@code call-timeout} of the journal in the reference.conf of {@code persistence}. */
    static final Duration ROCKSDB_TIMEOUT = Duration.ofSeconds(20);

    private final SettingsReader reader;
    private final HoldfastSettings settings;

    CrossChecks(SettingsReader reader, HoldfastSettings settings) {
        this.reader = reader;
        this.settings = settings;
    }

    void run() {
        enoughSites();
        CassandraSection.check(reader, settings.persistence());
        nodesOfSites();
        duplicatePorts();
        times();
        slowWrite();
        sizes();
        backup();
    }

    private void enoughSites() {
        int have = settings.sites().size();
        int tolerance = settings.tolerance().sites();
        int need = settings.tolerance().replicas();
        if (have > 0 && have < need && reader.good("tolerance.sites", "sites")) {
            reader.reject(
                    "tolerance.sites",
                    "at most " + (have - 1) / 2 + " with the " + count(have, "site") + " of this file: tolerating "
                            + tolerance + " takes " + need + ", because a majority must remain",
                    "add " + count(need - have, "site") + " to \"sites\", or set tolerance.sites = " + (have - 1) / 2);
        }
    }

    private void nodesOfSites() {
        boolean local = settings.persistence().journal() == PersistenceSettings.Journal.ROCKSDB;
        for (Site site : settings.sites()) {
            String path = ConfigUtil.joinPath("sites", site.name()) + ".hosts";
            int nodes = site.nodes().size();
            // Each site has a journal of its own choice; only its own nodes' settings say which.
            boolean alone = local && site.name().equals(settings.site().name());
            if (!reader.good(path)) {
                continue;
            }
            if (nodes == 2) {
                reader.reject(
                        path,
                        "one node, or three and more: of two nodes neither is a majority, so the loss of one would stop"
                                + " both",
                        "remove one of the hosts" + (alone ? "" : ", or add a third"));
            } else if (nodes > 1 && alone && reader.good(JOURNAL)) {
                reader.reject(
                        path,
                        "one node, because persistence.journal = rocksdb keeps a node's data on its own disk,"
                                + " where the other nodes of the site cannot take it over",
                        "leave one host, or set persistence.journal = cassandra");
            }
        }
    }

    private void duplicatePorts() {
        Map<String, String> owners = new HashMap<>();
        for (NodeAddress node : settings.nodes()) {
            String path = ConfigUtil.joinPath("sites", node.site()) + ".hosts";
            claim(owners, node.host(), node.port(), path, "the port for clients of site " + node.site());
            claim(owners, node.host(), node.clusterPort(), path, "the cluster port of site " + node.site());
        }
        NodeAddress self = settings.site().self();
        SystemSettings system = settings.system();
        boolean known = settings.nodes().contains(self);
        if (!known || !reader.good("system.host", "system.port")) {
            return;
        }
        // Hosts may be written in several ways (name, address): on this very node no port may be used twice at all.
        String taken = system.port() == self.port() || system.port() == self.clusterPort()
                ? "a port of this node itself, " + self.endpoint() + " or " + self.clusterEndpoint()
                : owners.get(key(system.host(), system.port()));
        if (taken != null) {
            reader.reject(
                    "system.port",
                    Optional.of(system.port() + (reader.isWritten("system.port") ? "" : " (default)")),
                    reader.where("system.port"),
                    "a port that is not used otherwise; this is " + taken,
                    "set system.port to a free port");
        }
    }

    private void claim(Map<String, String> owners, String host, int port, String path, String owner) {
        String key = key(host, port);
        String other = owners.putIfAbsent(key, owner);
        // One message a site: a port given twice brings the next port, the cluster's, along.
        if (other != null && reader.good(path)) {
            reader.reject(
                    path,
                    Optional.of(key + ", " + owner),
                    reader.where(path),
                    "host and port that are not used otherwise; this is also " + other,
                    "give each node its own host, or on one host its own port and cluster-port (port + 1 by default)");
        }
    }

    private static String key(String host, int port) {
        return new NodeAddress("", host.toLowerCase(Locale.ROOT), port, port).endpoint();
    }

    private void times() {
        ReplicationSettings replication = settings.replication();
        Duration heartbeat = replication.heartbeatInterval();
        Duration lease = replication.leaseDuration();
        Duration election = replication.electionTimeout();
        if (reader.good(HEARTBEAT, LEASE) && heartbeat.multipliedBy(3).compareTo(lease) > 0) {
            reader.reject(
                    reader.blame(HEARTBEAT, LEASE),
                    "3 heartbeat intervals (" + Units.show(heartbeat) + " each) within the lease (" + Units.show(lease)
                            + "), so that two lost heartbeats do not end it",
                    "shorten " + HEARTBEAT + " or lengthen " + LEASE);
        }
        // The leader's clock may be slow and the follower's fast, each by the bound (Raft dissertation, section 6.4.1).
        double drift = replication.clockDriftBound();
        double slowest = lease.toNanos() * (1 + drift);
        double fastest = election.toNanos() * (1 - drift);
        if (reader.good(LEASE, ELECTION, DRIFT) && slowest >= fastest) {
            reader.reject(
                    reader.blame(LEASE, reader.blame(ELECTION, DRIFT)),
                    "a lease (" + Units.show(lease) + ") that ends before an election timeout (" + Units.show(election)
                            + ") even if clocks drift by " + drift + ": lease x " + (1 + drift) + " < timeout x "
                            + (1 - drift) + ", or a deposed leader could answer a stale read",
                    "shorten " + LEASE + " or lengthen " + ELECTION);
        }
    }

    private void slowWrite() {
        PersistenceSettings persistence = settings.persistence();
        boolean cassandra = persistence.journal() == PersistenceSettings.Journal.CASSANDRA;
        Duration timeout = cassandra ? persistence.cassandra().requestTimeout() : ROCKSDB_TIMEOUT;
        if (reader.good(JOURNAL, SLOW_WRITE, "tolerance.patience")
                && (!cassandra || reader.good(REQUEST_TIMEOUT))
                && persistence.slowWrite().compareTo(timeout) >= 0) {
            String shown = Units.show(timeout);
            reader.reject(
                    SLOW_WRITE,
                    "slow-write, times tolerance.patience ("
                            + settings.tolerance().patience() + "), shorter than "
                            + (cassandra ? REQUEST_TIMEOUT + " (" + shown + ")" : shown)
                            + ", after which a write has failed and is no longer slow",
                    "shorten " + SLOW_WRITE + (cassandra ? " or lengthen " + REQUEST_TIMEOUT : ""));
        }
    }

    private void sizes() {
        ReplicationSettings replication = settings.replication();
        if (reader.good(ENTRY, APPEND) && replication.maxEntryBytes() > replication.maxAppendBytes()) {
            reader.reject(
                    reader.blame(ENTRY, APPEND),
                    "max-entry-bytes (" + Units.show(replication.maxEntryBytes()) + ") up to max-append-bytes ("
                            + Units.show(replication.maxAppendBytes()) + "), because an append carries whole entries",
                    "lower " + ENTRY + " or raise " + APPEND);
        }
        if (reader.good(TAIL, APPEND) && replication.logTailBytes() < replication.maxAppendBytes()) {
            reader.reject(
                    reader.blame(TAIL, APPEND),
                    "log-tail-bytes (" + Units.show(replication.logTailBytes()) + ") of at least max-append-bytes ("
                            + Units.show(replication.maxAppendBytes()) + "), because it must hold one full append",
                    "raise " + TAIL + " or lower " + APPEND);
        }
    }

    private void backup() {
        boolean on = settings.backup().path().isPresent();
        boolean timed = !settings.backup().frequency().isZero();
        if (reader.good("backup.path", "backup.frequency") && on != timed) {
            reader.reject(
                    on ? "backup.path" : "backup.frequency",
                    "backup.path and backup.frequency together, or neither",
                    on
                            ? "set backup.frequency, such as 24h, or remove the line"
                            : "set backup.path, or remove the line");
        }
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
