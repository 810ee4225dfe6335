package io.holdfast.core.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.LeaderView;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.Role;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One replica as it sees itself.
 *
 * @param bytes what keys and values take in memory, roughly
 * @param stalenessMillis how old, at this view's moment, a read with a staleness bound may be that is answered here, by this site's wall clock;
 *     empty while the group is silent, or if no leader has been heard since the start: then such reads go to the leader
 */
public record PartitionView(
        Role role,
        long term,
        Optional<SiteId> leader,
        long commitIndex,
        long lastIndex,
        Membership membership,
        Optional<LeaderView> leaderView,
        long keys,
        long bytes,
        OptionalLong stalenessMillis) {}
