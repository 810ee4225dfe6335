package io.holdfast.loadtest;

import java.util.Arrays;
import java.util.Locale;

/** YCSB's core workloads: the shares of their operations in percent, and which keys they like. */
enum YcsbWorkload {
    /** Update heavy. */
    A(50, 50, 0, 0, 0, false),
    /** Read mostly. */
    B(95, 5, 0, 0, 0, false),
    /** Read only. */
    C(100, 0, 0, 0, 0, false),
    /** Read latest: new records are inserted, and the newest are read most. */
    D(95, 0, 5, 0, 0, true),
    /** Short ranges. */
    E(0, 0, 5, 95, 0, false),
    /** Read, modify, write: here a transaction. */
    F(50, 0, 0, 0, 50, false);

    final int reads;
    final int updates;
    final int inserts;
    final int scans;
    final int readModifyWrites;
    final boolean latest;

    YcsbWorkload(int reads, int updates, int inserts, int scans, int readModifyWrites, boolean latest) {
        this.reads = reads;
        this.updates = updates;
        this.inserts = inserts;
        this.scans = scans;
        this.readModifyWrites = readModifyWrites;
        this.latest = latest;
    }

    static YcsbWorkload parse(String letter) {
        return Arrays.stream(values())
                .filter(each -> each.name().equals(letter.trim().toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no workload '" + letter + "' of YCSB here: give some of A,B,C,D,E,F."));
    }
}
