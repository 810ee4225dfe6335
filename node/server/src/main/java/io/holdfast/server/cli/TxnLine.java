package io.holdfast.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a transaction's script.
 *
 * @param value the rest of the line, where the verb has one
 */
record TxnLine(int number, Verb verb, String keyspace, String key, String value) {
    enum Verb {
        GET,
        PUT,
        DELETE,
        ADD,
        IF_IS,
        IF_EXISTS,
        IF_ABSENT
    }

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    /** Verb, keyspace and key, and behind one blank more the rest, with all its blanks. */
    private static final Pattern LINE =
            Pattern.compile("[ \\t]*([^ \\t]+)[ \\t]+([^ \\t]+)[ \\t]+([^ \\t]+)(?:[ \\t](.*))?", Pattern.DOTALL);

    /** @throws CommandFailure that names the line that cannot be read */
    static List<TxnLine> parse(String script) {
        var lines = new ArrayList<TxnLine>();
        int number = 0;
        // A mark that some editors put before the text, and nobody sees.
        String text = script.startsWith(BYTE_ORDER_MARK) ? script.substring(1) : script;
        for (String line : text.lines().toList()) {
            number++;
            if (!line.isBlank() && !line.stripLeading().startsWith("#")) {
                lines.add(parse(number, line));
            }
        }
        if (lines.isEmpty()) {
            throw CommandFailure.usage("The script holds no line: see 'holdfast txn --help' for what may stand there.");
        }
        return lines;
    }

    private static TxnLine parse(int number, String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw wrong(number, line);
        }
        String keyspace = parts.group(2);
        String key = parts.group(3);
        Optional<String> rest = Optional.ofNullable(parts.group(4));
        return switch (parts.group(1)) {
            case "get" -> alone(number, line, Verb.GET, keyspace, key, rest);
            case "delete" -> alone(number, line, Verb.DELETE, keyspace, key, rest);
            case "put" -> new TxnLine(number, Verb.PUT, keyspace, key, rest.orElseThrow(() -> noValue(number, line)));
            case "add" -> new TxnLine(number, Verb.ADD, keyspace, key, whole(number, line, rest.orElse("")));
            case "if" -> condition(number, line, keyspace, key, rest.orElse("").stripLeading());
            default -> throw wrong(number, line);
        };
    }

    private static TxnLine alone(
            int number, String line, Verb verb, String keyspace, String key, Optional<String> rest) {
        if (!rest.orElse("").isBlank()) {
            throw wrong(number, line);
        }
        return new TxnLine(number, verb, keyspace, key, "");
    }

    private static TxnLine condition(int number, String line, String keyspace, String key, String rest) {
        if (rest.strip().equals("exists")) {
            return new TxnLine(number, Verb.IF_EXISTS, keyspace, key, "");
        }
        if (rest.strip().equals("absent")) {
            return new TxnLine(number, Verb.IF_ABSENT, keyspace, key, "");
        }
        if (rest.equals("is") || rest.startsWith("is ")) {
            return new TxnLine(number, Verb.IF_IS, keyspace, key, rest.substring(Math.min(3, rest.length())));
        }
        throw wrong(number, line);
    }

    private static String whole(int number, String line, String text) {
        try {
            return Long.toString(Long.parseLong(text.strip()));
        } catch (NumberFormatException mistake) {
            throw wrong(number, line);
        }
    }

    private static CommandFailure wrong(int number, String line) {
        return CommandFailure.usage("Line " + number + " of the script cannot be read: '" + line
                + "'. Write get, put, delete, add or if, then a keyspace and a key; see 'holdfast txn --help'.");
    }

    private static CommandFailure noValue(int number, String line) {
        return CommandFailure.usage("Line " + number + " of the script has no value: '" + line
                + "'. Write it behind the key; for an empty one end the line with a blank.");
    }
}
