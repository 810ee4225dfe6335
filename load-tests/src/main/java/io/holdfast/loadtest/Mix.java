package io.holdfast.loadtest;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** How often each kind of operation is done, as weights. */
record Mix(Map<Kind, Double> weights) {
    /** Kinds of operation. */
    enum Kind {
        GET,
        PUT,
        DELETE,
        SCAN,
        /** A transaction that reads a key and writes it. */
        TXN;

        String lower() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Mix {
        weights = Map.copyOf(weights);
    }

    /** {@code get=80,put=20}. */
    static Mix parse(String text) {
        Map<Kind, Double> weights = new EnumMap<>(Kind.class);
        for (String part : text.split(",")) {
            String[] pair = part.trim().split("=");
            try {
                double weight = Double.parseDouble(pair[1]);
                if (weight > 0) {
                    weights.put(Kind.valueOf(pair[0].toUpperCase(Locale.ROOT)), weight);
                }
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException wrong) {
                throw new IllegalArgumentException("The mix is '" + text + "': give weights as get=80,put=20, of "
                        + Arrays.stream(Kind.values()).map(Kind::lower).toList() + ".");
            }
        }
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("The mix '" + text + "' does nothing: give a weight above 0.");
        }
        return new Mix(weights);
    }

    /** The share of a kind, in percent. */
    double percent(Kind kind) {
        double sum = weights.values().stream().mapToDouble(Double::doubleValue).sum();
        return 100 * weights.getOrDefault(kind, 0.0) / sum;
    }
}
