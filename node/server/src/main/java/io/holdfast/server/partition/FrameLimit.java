package io.holdfast.server.partition;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.Query;
import java.util.List;

/** Keeps replies below the largest frame between nodes, which would be dropped with only a log line (DESIGN 9). */
final class FrameLimit {
    /** Leaves a frame of 1280 KiB room for a largest value and what stands around the answers. */
    private static final long MAX_BYTES = 1 << 20;

    private FrameLimit() {}

    /** The first answers that fit, at least one; whoever asked asks again for the rest. */
    static List<Query.Answer> fitting(List<Query.Answer> answers) {
        long size = 0;
        for (int i = 0; i < answers.size(); i++) {
            size += sizeOf(answers.get(i));
            if (i > 0 && size > MAX_BYTES) {
                return answers.subList(0, i);
            }
        }
        return answers;
    }

    private static long sizeOf(Query.Answer answer) {
        if (answer instanceof Query.Value value) {
            return 16L + value.value().map(Bytes::length).orElse(0);
        }
        if (answer instanceof Query.Page page) {
            return 16L
                    + page.resumeBehind().map(Bytes::length).orElse(0)
                    + page.entries().stream()
                            .mapToLong(entry ->
                                    24L + entry.key().length() + entry.value().length())
                            .sum();
        }
        return answer instanceof Query.Dated dated ? 16L + sizeOf(dated.answer()) : 16L;
    }
}
