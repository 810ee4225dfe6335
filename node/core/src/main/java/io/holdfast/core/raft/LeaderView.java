package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import java.util.Map;
import java.util.Set;

/**
 * The group as its leader sees it.
 *
 * @param matchIndex each other site's durable match index
 * @param heardWithinTimeout the sites that answered within the election timeout (meaningless while quiesced: all)
 * @param storageSlow the sites whose journal takes far longer than it should, as they last said
 * @param worseConnected the sites that reach fewer of the others than this leader does, as they last said
 */
public record LeaderView(
        Map<SiteId, Long> matchIndex,
        Map<SiteId, Boolean> heardWithinTimeout,
        Set<SiteId> storageSlow,
        Set<SiteId> worseConnected) {}
