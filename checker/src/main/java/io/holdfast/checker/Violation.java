package io.holdfast.checker;

/**
 * What is wrong with a history.
 *
 * @param anomaly its name, such as G1c or G-single-realtime
 * @param explanation which transactions clash and why, in sentences
 */
public record Violation(String anomaly, String explanation) {
    @Override
    public String toString() {
        return anomaly + ": " + explanation;
    }
}
