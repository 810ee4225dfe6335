/**
 * One writer a replica at a site of several nodes: each node keeps a session alive, and a replica's lease belongs to a session. Durations
 * are measured on monotonic clocks, each process on its own; wall clocks are not looked at (docs/protocol.md, section 16).
 */
package io.holdfast.server.lease;
