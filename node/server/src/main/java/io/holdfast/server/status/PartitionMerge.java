package io.holdfast.server.status;

import io.holdfast.core.SiteId;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.PartitionStatus;
import io.holdfast.v1.ReplicaStatus;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** One partition out of what its replicas say. Of several that say that they lead, the one with the highest term is right. */
final class PartitionMerge {
    private final KeyspaceDefinition definition;
    private final PartitionId id;
    private final Map<String, ReplicaReport> bySite;
    private final Set<String> silent;
    private final Set<String> known;
    private final Optional<Map.Entry<String, ReplicaReport>> leading;

    /**
     * @param silent sites that the failure detector holds for lost
     * @param known sites all of whose nodes have said which replicas they have
     */
    PartitionMerge(
            KeyspaceDefinition definition,
            PartitionId id,
            Map<String, ReplicaReport> bySite,
            Set<String> silent,
            Set<String> known) {
        this.definition = definition;
        this.id = id;
        this.bySite = bySite;
        this.silent = silent;
        this.known = known;
        long newest =
                bySite.values().stream().mapToLong(ReplicaReport::term).max().orElse(0);
        // A leader of an old term is one that has not heard yet that it was replaced.
        this.leading = bySite.entrySet().stream()
                .filter(entry -> entry.getValue().leads() && entry.getValue().term() == newest)
                .findFirst();
    }

    /** Its site, or empty. A leader that did not answer is believed in while its followers and the failure detector do. */
    String leader() {
        return leading.map(Map.Entry::getKey).orElseGet(() -> bySite.values().stream()
                .max(Comparator.comparingLong(ReplicaReport::term))
                .map(ReplicaReport::leader)
                .filter(site -> !silent.contains(site) && !bySite.containsKey(site))
                .orElse(""));
    }

    /** How many more sites may go with a majority left: voters that answer, less a majority. */
    int toleratesNow() {
        return leading.isEmpty() ? 0 : (int) Math.max(0, sites(this::countsAsAlive) - majority());
    }

    /** Whether it has a leader that can get something done: a silent one keeps its office also when all others are gone, until somebody wakes it. */
    boolean available() {
        return !leader().isEmpty()
                && sites(leading.isPresent() ? this::countsAsAlive : site -> !silent.contains(site)) >= majority();
    }

    private long sites(Predicate<String> which) {
        return definition.sites().stream().map(SiteId::name).filter(which).count();
    }

    private int majority() {
        return definition.sites().size() / 2 + 1;
    }

    /**
     * An idle group sends nothing, so its leader holds all for alive: the node's failure detector knows better, and the nodes of the site, which may be without
     * this replica because its journal has failed.
     */
    private boolean countsAsAlive(String site) {
        ReplicaReport own = bySite.get(site);
        boolean learner = own != null && own.role().equals(ReplicaReport.LEARNER);
        boolean heard = site.equals(leader())
                || leading.orElseThrow().getValue().answering().contains(site);
        return heard && !learner && !(own == null && (silent.contains(site) || known.contains(site)));
    }

    PartitionStatus status() {
        var status = PartitionStatus.newBuilder().setPartition(id.number()).setLeader(leader());
        Optional<ReplicaReport> source = leading.map(Map.Entry::getValue)
                .or(() -> bySite.values().stream().max(Comparator.comparingLong(ReplicaReport::term)));
        source.ifPresent(report -> status.setTerm(report.term())
                .setCommitIndex(report.commitIndex())
                .setKeys(report.keys())
                .setBytes(report.bytes()));
        definition.sites().forEach(site -> status.addReplicas(replica(site.name())));
        return status.build();
    }

    private ReplicaStatus replica(String site) {
        Optional<ReplicaReport> own = Optional.ofNullable(bySite.get(site));
        var status = ReplicaStatus.newBuilder()
                .setSite(site)
                .setRole(own.map(ReplicaReport::role).orElse("unreachable"));
        own.map(ReplicaReport::stalenessMillis)
                .filter(millis -> millis != ReplicaReport.NO_STALENESS)
                .ifPresent(status::setStalenessMillis);
        leading.map(Map.Entry::getValue).ifPresent(leader -> {
            long match = site.equals(leader())
                    ? leader.lastIndex()
                    : leader.matchIndex().getOrDefault(site, 0L);
            status.setMatchIndex(match).setLag(Math.max(0, leader.lastIndex() - match));
        });
        return status.build();
    }
}
