package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HoldfastNodeTest {
    @TempDir
    Path dir;

    /** A supervisor that looks now and then would otherwise never learn of it on a busy machine. */
    @Test
    void whoLooksAtANodeThatHasEndedSeesItAtOnce() {
        try (var sites = new Sites(dir, "a", "b", "c")) {
            sites.start("a");
            HoldfastNode node = sites.node("a");
            sites.kill("a");
            node.terminated().toCompletableFuture().join();
            for (int i = 0; i < 1_000; i++) {
                assertThat(node.terminated().toCompletableFuture()).isDone();
            }
        }
    }
}
