package io.holdfast.server.cli;

/** How text is made to stand out. */
public enum Colours {
    /** Escape sequences of ANSI X3.64, as every terminal of today knows them. */
    ANSI,
    /** Plain text. */
    NONE;

    private static final String RESET = "\u001b[0m";

    public String bold(String text) {
        return wrap("\u001b[1m", text);
    }

    public String good(String text) {
        return wrap("\u001b[32m", text);
    }

    public String warning(String text) {
        return wrap("\u001b[33m", text);
    }

    public String bad(String text) {
        return wrap("\u001b[1;31m", text);
    }

    public String faint(String text) {
        return wrap("\u001b[2m", text);
    }

    private String wrap(String code, String text) {
        return this == NONE || text.isEmpty() ? text : code + text + RESET;
    }

    /** How many columns a text takes that may hold escape sequences. */
    public static int width(String text) {
        String plain = text.replaceAll("\u001b\\[[0-9;]*m", "");
        return plain.codePointCount(0, plain.length());
    }
}
