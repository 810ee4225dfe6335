package io.holdfast.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.pekko.dispatch.Futures;
import org.junit.jupiter.api.Test;
import scala.concurrent.Promise;

class PluginFuturesTest {
    @Test
    void whatFollowsRunsOnTheThreadThatCompletes() {
        Promise<String> promise = Futures.promise();
        CompletableFuture<Thread> follows =
                PluginFutures.asJava(promise.future()).thenApply(done -> Thread.currentThread());

        promise.success("done");

        assertThat(follows).isCompletedWithValue(Thread.currentThread());
    }

    @Test
    void failuresGoThroughAsTheyAre() {
        var failure = new IllegalStateException("no");

        assertThat(PluginFutures.asJava(Futures.failed(failure)).handle((done, failed) -> failed))
                .isCompletedWithValue(failure);
        var wrapped = CompletableFuture.failedFuture(new CompletionException(failure));
        assertThat(PluginFutures.asScala(wrapped).value().get().failed().get()).isSameAs(failure);
    }
}
