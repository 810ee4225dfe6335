package io.holdfast.persistence;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/** Java's futures for Pekko, failing with the error itself and not with a {@link CompletionException} around it. */
public final class PluginFutures {
    private PluginFutures() {}

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
