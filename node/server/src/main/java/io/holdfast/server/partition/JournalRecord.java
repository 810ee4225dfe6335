package io.holdfast.server.partition;

import io.holdfast.core.raft.LogWrite;
import io.holdfast.server.serial.DurableRecord;

/** One event of a replica's journal. The write's number is not kept: it counts within one life of the replica. */
public record JournalRecord(LogWrite write) implements DurableRecord {}
