package io.holdfast.core.raft;

import io.holdfast.core.SiteId;

/** A message to another site's replica that may be sent now: whatever it depends on is durable. */
public record Outgoing(SiteId to, PeerMessage message) {}
