package io.holdfast.loadtest.cluster;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a site is lost. */
public enum Fault {
    /** Its process is killed (SIGKILL), as by a power cut; its supervisor starts it again. */
    KILL,
    /** Its process is stopped (SIGSTOP) for a while, and then goes on as if nothing had been. */
    PAUSE,
    /** Its network is cut off for a while: it runs, but nobody hears it. */
    CUT;

    public static Fault parse(String text) {
        return Arrays.stream(values())
                .filter(fault -> fault.lower().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The fault is '" + text + "': give "
                        + Arrays.stream(values()).map(Fault::lower).collect(Collectors.joining(", ")) + "."));
    }

    public String lower() {
        return name().toLowerCase(Locale.ROOT);
    }
}
