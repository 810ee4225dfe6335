package io.holdfast.core.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.RaftConfig;
import io.holdfast.core.store.PartitionStore;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a scripted cluster runs with; tests change single fields. Times in milliseconds. */
final class Settings {
    static final long MILLI = 1_000_000;

    List<SiteId> sites;
    long heartbeat = 50;
    long electionTimeout = 500;
    long lease = 300;
    double clockDriftBound = 0.01;
    long quiesceAfter = 100_000;
    int maxAppendBytes = 64 * 1024;
    int maxInFlight = 4;
    int maxWriteBytes = 1024 * 1024;
    long logTailBytes = 1024 * 1024;
    int chunkBytes = 64;
    long imageRetry = 200;
    int maxEntryBytes = 64 * 1024;
    long maxPendingBytes = 1024 * 1024;
    int maxPendingReads = 100;
    long snapshotLogBytes = 1024 * 1024;
    long maxImageBytes = Long.MAX_VALUE;
    long history = 60_000;
    long retention = 600_000;

    Settings(String... sites) {
        this.sites = Arrays.stream(sites).map(SiteId::new).toList();
    }

    /** The identity that each site's storage has at the partition's creation: 1 for all. */
    Membership genesis() {
        Map<SiteId, Long> identities = sites.stream().collect(Collectors.toMap(Function.identity(), site -> 1L));
        return Membership.of(identities);
    }

    PartitionConfig config(SiteId self) {
        var raft = new RaftConfig(
                self,
                sites,
                heartbeat * MILLI,
                electionTimeout * MILLI,
                lease * MILLI,
                clockDriftBound,
                quiesceAfter * MILLI,
                maxAppendBytes,
                maxInFlight,
                maxWriteBytes,
                logTailBytes,
                chunkBytes,
                imageRetry * MILLI);
        var limits = new PartitionStore.Limits(history, retention);
        return new PartitionConfig(
                raft, limits, maxEntryBytes, maxPendingBytes, maxPendingReads, snapshotLogBytes, maxImageBytes);
    }
}
