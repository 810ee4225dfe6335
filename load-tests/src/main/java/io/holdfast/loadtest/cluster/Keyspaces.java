package io.holdfast.loadtest.cluster;

import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.KeyspaceInfo;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.client.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Keyspaces that loads write into. */
public final class Keyspaces {
    private static final Duration KNOWN = Duration.ofMinutes(2);

    private Keyspaces() {}

    /** The keyspace of this name, which is created if it is not there. Blocks until the nearest node knows it. */
    public static KeyspaceInfo ensure(HoldfastClient client, String name, KeyspaceSettings ifAbsent)
            throws IOException, InterruptedException {
        if (find(client, name).isEmpty()) {
            create(client, name, ifAbsent);
        }
        Waiting.until(
                KNOWN,
                () -> find(client, name).isPresent(),
                () -> "The keyspace '" + name + "' has been created, and after " + KNOWN.toSeconds()
                        + " s the nearest node does not know it.");
        return find(client, name).orElseThrow();
    }

    private static Optional<KeyspaceInfo> find(HoldfastClient client, String name) {
        return client.admin().listKeyspaces().stream()
                .filter(each -> each.name().equals(name))
                .findFirst();
    }

    private static void create(HoldfastClient client, String name, KeyspaceSettings settings) {
        try {
            client.admin().createKeyspace(name, settings);
        } catch (HoldfastException failed) {
            // Somebody was quicker, or an attempt of this client whose answer was lost: what is wanted is there.
            if (failed.reason() != Reason.KEYSPACE_EXISTS) {
                throw failed;
            }
        }
    }
}
