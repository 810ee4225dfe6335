package io.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.v1.Request;
import io.holdfast.v1.RequestBatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that wait for others at a node whose answers take longer than they need to. */
@Timeout(60)
class GatheringOverStreamTest {
    private static final byte[] VALUE = {1};

    @Test
    void whatWaitsForAnswersThatNeverComeIsSentAllTheSame() {
        try (FakeCluster cluster = new FakeCluster("a");
                HoldfastClient client = cluster.client(ClientOptions.DEFAULT)) {
            Keyspace shop = client.keyspace("shop");
            FakeNode node = cluster.node("a");
            for (int i = 0; i < 100; i++) {
                shop.put("fast", VALUE);
            }
            Executor slow = CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS);
            node.handler = (request, reply) -> slow.execute(() -> reply.accept(cluster.execute(request)));
            for (int i = 0; i < 100; i++) {
                shop.put("slow", VALUE);
            }
            // Each when the one before is under way, so that they do not go together.
            var after = new ConcurrentHashMap<>(Map.of("1", "2", "2", "3"));
            node.handler = (request, reply) ->
                    Optional.ofNullable(after.remove(key(request))).ifPresent(next -> shop.putAsync(next, VALUE));
            shop.putAsync("1", VALUE);
            await().until(() ->
                    node.batches.stream().anyMatch(batch -> keys(batch).contains("3")));
            // By itself, not with the next attempt of one of the others.
            assertThat(node.batches).anyMatch(batch -> keys(batch).equals(List.of("3")));
        }
    }

    private static String key(Request request) {
        return request.getPut().getKey().toStringUtf8();
    }

    private static List<String> keys(RequestBatch batch) {
        return batch.getRequestsList().stream()
                .map(GatheringOverStreamTest::key)
                .toList();
    }
}
