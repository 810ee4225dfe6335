package io.holdfast.client;

import java.util.Objects;

/**
 * Identifies one write for ever. It can be stored and asked about with {@link Keyspace#outcome} by any client.
 *
 * @param key the key written: the answer is kept by its partition
 * @param client the writing client's number: 64 random bits
 * @param sequence the write's number among those of that client, from 1
 */
public record WriteId(Key key, long client, long sequence) {
    public WriteId {
        Objects.requireNonNull(key, "key");
        if (sequence <= 0) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST,
                    "The sequence number " + sequence + " is not one of a write: they start at 1.");
        }
    }

    @Override
    public String toString() {
        return Long.toHexString(client) + ":" + sequence + " of key '" + key + "'";
    }
}
