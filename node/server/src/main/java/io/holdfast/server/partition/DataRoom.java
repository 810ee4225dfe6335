package io.holdfast.server.partition;

import io.holdfast.core.raft.Input;

/** Whether this node has room for more data, in its memory and on its disk, and for what replicas do with it. Thread-safe. */
public final class DataRoom {
    private final DataMemory memory;
    private final DataDisk disk;
    private final WorkMemory work;
    /** Replaced when it changes, so that a replica sees by the object whether it knows it already. */
    private volatile Input.Room state = Input.Room.ENOUGH;

    /** @param heapBytes of this node */
    public DataRoom(long heapBytes, DataMemory memory, DataDisk disk) {
        this.work = WorkMemory.ofHeap(heapBytes);
        this.memory = memory;
        this.disk = disk;
    }

    WorkMemory work() {
        return work;
    }

    public DataMemory memory() {
        return memory;
    }

    public DataDisk disk() {
        return disk;
    }

    /** Whether writes that bring more data are to be refused. */
    public boolean full() {
        return memory.full() || disk.low();
    }

    /** For the replicas. */
    Input.Room state() {
        Input.Room known = state;
        boolean full = full();
        long logTailBytes = memory.logTailBytes();
        if (known.full() != full || known.logTailBytes() != logTailBytes) {
            known = new Input.Room(full, logTailBytes);
            state = known;
        }
        return known;
    }
}
