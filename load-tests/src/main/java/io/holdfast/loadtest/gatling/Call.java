package io.holdfast.loadtest.gatling;

import io.gatling.javaapi.core.Session;
import io.holdfast.client.HoldfastClient;
import java.util.concurrent.CompletionStage;

/** What a request does. Called on one of Gatling's threads, so it must not block; may be called by many at once. */
@FunctionalInterface
public interface Call<T> {
    CompletionStage<? extends T> start(HoldfastClient client, Session session);
}
