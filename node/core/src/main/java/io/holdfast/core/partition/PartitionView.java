package io.holdfast.core.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.LeaderView;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.Role;
import java.util.Optional;

/** One replica as it sees itself. {@code bytes} is what keys and values take in memory, roughly. */
public record PartitionView(
        Role role,
        long term,
        Optional<SiteId> leader,
        long commitIndex,
        long lastIndex,
        Membership membership,
        Optional<LeaderView> leaderView,
        long keys,
        long bytes) {}
