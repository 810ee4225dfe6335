package io.holdfast.compare;

import java.util.Locale;

/** What the clients do. */
enum Workload {
    PUT,
    GET,
    /** Half puts, half gets. */
    MIXED;

    String lower() {
        return name().toLowerCase(Locale.ROOT);
    }
}
