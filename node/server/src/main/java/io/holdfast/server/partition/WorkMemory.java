package io.holdfast.server.partition;

/**
 * What replicas take of the heap for a while, beside their data: bounded for the node, because bounds for each partition add up where there are many.
 *
 * @param writes that leaders have taken and not answered yet
 * @param images that are sent to sites that lack more than the log holds
 */
record WorkMemory(ByteBudget writes, ByteBudget images) {
    private static final int WRITES_PART = 16;
    private static final int IMAGES_PART = 32;

    static WorkMemory ofHeap(long heapBytes) {
        return new WorkMemory(new ByteBudget(heapBytes / WRITES_PART), new ByteBudget(heapBytes / IMAGES_PART));
    }
}
