package io.holdfast.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StoreServiceTest {
    private final StoreService store =
            new StoreService(new NodeGate(), new RequestMemory(1 << 20, 1 << 20), Duration.ofSeconds(1));

    /** A stop waits for the sessions that are open. */
    @Test
    void aSessionThatBeginsWhileTheNodeStopsEndsToo() {
        var before = new TakingStream();
        store.session(before);
        assertThat(before.hasEnded()).isFalse();
        store.closeSessions();
        assertThat(before.hasEnded()).isTrue();

        var late = new TakingStream();
        store.session(late);
        assertThat(late.hasEnded()).isTrue();
    }

    private static final class TakingStream extends SilentStream {
        @Override
        public boolean isReady() {
            return true;
        }
    }
}
