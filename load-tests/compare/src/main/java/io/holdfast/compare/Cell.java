package io.holdfast.compare;

import java.util.Locale;

/**
 * One measurement.
 *
 * @param workload {@code put}, {@code get}, {@code mixed}, or {@code gap} for the pause of writes after a leader was killed
 * @param value operations a second; for a gap milliseconds
 * @param p99Millis of the answers; 0 for a gap
 */
record Cell(String peer, String workload, int clients, int round, double value, double p50Millis, double p99Millis) {
    static final String GAP = "gap";

    String line() {
        return String.format(
                Locale.ROOT, "%s,%s,%d,%d,%.1f,%.3f,%.3f", peer, workload, clients, round, value, p50Millis, p99Millis);
    }

    static Cell parse(String line) {
        String[] fields = line.split(",");
        if (fields.length != 7) {
            throw new IllegalArgumentException("No measurement: '" + line + "'");
        }
        return new Cell(
                fields[0],
                fields[1],
                Integer.parseInt(fields[2]),
                Integer.parseInt(fields[3]),
                Double.parseDouble(fields[4]),
                Double.parseDouble(fields[5]),
                Double.parseDouble(fields[6]));
    }
}
