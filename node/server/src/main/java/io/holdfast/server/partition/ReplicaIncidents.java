package io.holdfast.server.partition;

import io.holdfast.core.InvariantViolation;
import io.holdfast.core.raft.Floor;
import io.holdfast.core.raft.Outputs;
import io.holdfast.server.membership.IncidentLog;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator is told of one replica's faults, and of their end. Thread-safe. */
final class ReplicaIncidents {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaIncidents.class);

    private final IncidentLog incidents;
    private final String partition;
    private final String site;

    ReplicaIncidents(PartitionId partition, ReplicaContext shared) {
        this.incidents = shared.incidents();
        this.partition = partition.toString();
        this.site = shared.site();
    }

    /** It has been read from its journal and goes on. */
    void recovered() {
        incidents.recovered("replica-failed", partition);
        incidents.recovered("lease-lost", partition);
    }

    void journalFailed(Throwable cause) {
        incidents.report(
                "replica-failed",
                partition,
                String.valueOf(cause.getMessage()),
                "hands leadership over, then starts again from its journal");
    }

    void imageUnreadable(Throwable cause) {
        incidents.report(
                "replica-failed",
                partition,
                "an image from the leader cannot be read: " + cause.getMessage(),
                "asks for another one");
    }

    void leaseLost() {
        incidents.report(
                "lease-lost",
                partition,
                "this node could not renew its session at its site in time",
                "stopped; it waits for the lease, or another node of the site has taken it");
    }

    void broken(InvariantViolation violation) {
        incidents.report(
                "invariant-violated",
                partition,
                violation.getMessage(),
                "stopped for good, its storage is kept: please report it with the journal");
    }

    void snapshotSaved() {
        incidents.recovered("snapshot-failed", partition);
    }

    void snapshotFailed(Throwable cause) {
        incidents.report(
                "snapshot-failed",
                partition,
                String.valueOf(cause.getMessage()),
                "goes on without: its journal grows until a later snapshot succeeds");
    }

    /** One incident of the site, whose replicas find it one after the other; each is in the log. */
    void rolledBack(Outputs.RolledBack found) {
        Floor floor = found.floor();
        String evidence = String.format(
                Locale.ROOT,
                "its replica of %s ends at entry %d of term %d and has held entry %d of term %d: an older copy of the disk, or a disk that lost what it had confirmed",
                partition,
                found.index(),
                found.term(),
                floor.index(),
                floor.term());
        boolean first = incidents.report(
                "storage-rolled-back",
                site,
                evidence,
                "what has gone back is rebuilt from the leaders and does not vote until then");
        if (!first) {
            LOG.warn("The storage of site {} has gone back, {}", site, evidence);
        }
    }
}
