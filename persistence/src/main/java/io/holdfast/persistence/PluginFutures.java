package io.holdfast.persistence;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/** The way between Java's futures and Pekko's, which are Scala's. */
public final class PluginFutures {
    private PluginFutures() {}

    /**
     * The same future for Java. What follows it runs on the thread that completes it, or at once if it is complete, and must not block.
     *
     * <p>Not Scala's own bridge: that hands each thing that follows to Java's common pool, and on two processors or fewer Java starts a thread for
     * each instead. A write to the journal started one.
     */
    public static <T> CompletableFuture<T> asJava(Future<T> future) {
        var plain = new CompletableFuture<T>();
        future.onComplete(
                result -> result.isSuccess()
                        ? plain.complete(result.get())
                        : plain.completeExceptionally(result.failed().get()),
                ExecutionContext.parasitic$.MODULE$);
        return plain;
    }

    /** The same future for Pekko, failing with the error itself and not with a {@link CompletionException} around it. */
    public static <T> Future<T> asScala(CompletionStage<T> stage) {
        var plain = new CompletableFuture<T>();
        stage.whenComplete((value, failure) -> {
            if (failure == null) {
                plain.complete(value);
            } else {
                plain.completeExceptionally(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure);
            }
        });
        return FutureConverters.asScala(plain);
    }
}
