package io.holdfast.client;

import java.util.Optional;

/**
 * What became of one write of a batch: exactly one of the two is present.
 *
 * @param result the write's result
 * @param error why it has none
 */
public record KeyOutcome(Key key, Optional<WriteResult> result, Optional<HoldfastException> error) {
    public KeyOutcome {
        if (result.isPresent() == error.isPresent()) {
            throw new IllegalStateException("A write of a batch has either a result or an error: " + key);
        }
    }
}
