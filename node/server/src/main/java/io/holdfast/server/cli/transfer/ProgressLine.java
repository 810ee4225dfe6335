package io.holdfast.server.cli.transfer;

import io.holdfast.server.cli.Text;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How far a transfer is.
 *
 * @param verb what is done to the records: imported, exported
 * @param records done so far
 * @param perSecond records, lately
 * @param fraction done, 0 to 1, if the whole is known
 * @param left until the end at the pace of late, if that can be said
 */
record ProgressLine(String verb, long records, double perSecond, OptionalDouble fraction, Optional<Duration> left) {
    private static final int MAX_BAR = 40;

    /** For a line that is drawn over and over again; at most so many columns. */
    String bar(int columns) {
        String tail = percent() + numbers();
        int room = Math.min(MAX_BAR, columns - tail.length() - 5);
        if (fraction.isEmpty() || room < 5) {
            return cut(tail.strip(), columns - 1);
        }
        int filled = (int) Math.round(fraction.getAsDouble() * room);
        String head = filled == 0 || filled == room ? "=".repeat(filled) : "=".repeat(filled - 1) + ">";
        return "[" + head + " ".repeat(room - filled) + "]" + tail;
    }

    /** For a log: a line that stands by itself. */
    String sentence() {
        return verb + " " + Text.count(records, "record") + ", " + Text.rate(perSecond)
                + fraction.stream()
                        .mapToObj(done -> ", " + (int) (done * 100) + "%")
                        .findFirst()
                        .orElse("")
                + left.map(time -> ", " + Text.clock(time) + " left").orElse("");
    }

    private String percent() {
        return fraction.isEmpty() ? "" : String.format(Locale.ROOT, " %3d%%", (int) (fraction.getAsDouble() * 100));
    }

    private String numbers() {
        return "  " + Text.count(records, "record") + "  " + Text.rate(perSecond)
                + left.map(time -> "  " + Text.clock(time) + " left").orElse("");
    }

    private static String cut(String text, int columns) {
        return text.length() <= columns ? text : text.substring(0, Math.max(0, columns));
    }
}
