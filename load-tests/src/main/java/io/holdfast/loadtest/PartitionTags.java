package io.holdfast.loadtest;

import io.holdfast.client.Partitioner;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** For each partition a text that, between braces in a key, puts the key there. */
final class PartitionTags {
    private static final int TRIES_A_PARTITION = 10_000;

    private PartitionTags() {}

    static List<String> of(int partitions) {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> IntStream.range(0, TRIES_A_PARTITION * partitions)
                        .mapToObj(i -> "p" + i)
                        .filter(tag ->
                                Partitioner.partition(tag.getBytes(StandardCharsets.UTF_8), partitions) == partition)
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("No tag for partition " + partition)))
                .toList();
    }
}
