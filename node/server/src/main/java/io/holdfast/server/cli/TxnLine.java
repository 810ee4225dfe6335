package io.holdfast.server.cli;

import java.util.ArrayList;
import java.util.List;

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

    /** @throws CommandFailure that names the line that cannot be read */
    static List<TxnLine> parse(String script) {
        var lines = new ArrayList<TxnLine>();
        int number = 0;
        for (String line : script.lines().toList()) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                lines.add(parse(number, line));
            }
        }
        if (lines.isEmpty()) {
            throw CommandFailure.usage("The script holds no line: see 'holdfast txn --help' for what may stand there.");
        }
        return lines;
    }

    private static TxnLine parse(int number, String line) {
        String[] words = line.strip().split("[ \\t]+", 4);
        String rest = words.length == 4 ? words[3] : "";
        if (words.length < 3) {
            throw wrong(number, line);
        }
        return switch (words[0]) {
            case "get" -> alone(number, line, Verb.GET, words);
            case "delete" -> alone(number, line, Verb.DELETE, words);
            case "put" -> new TxnLine(number, Verb.PUT, words[1], words[2], rest);
            case "add" -> new TxnLine(number, Verb.ADD, words[1], words[2], whole(number, line, rest));
            case "if" -> condition(number, line, words, rest);
            default -> throw wrong(number, line);
        };
    }

    private static TxnLine alone(int number, String line, Verb verb, String[] words) {
        if (words.length > 3) {
            throw wrong(number, line);
        }
        return new TxnLine(number, verb, words[1], words[2], "");
    }

    private static TxnLine condition(int number, String line, String[] words, String rest) {
        if (rest.equals("exists")) {
            return new TxnLine(number, Verb.IF_EXISTS, words[1], words[2], "");
        }
        if (rest.equals("absent")) {
            return new TxnLine(number, Verb.IF_ABSENT, words[1], words[2], "");
        }
        if (rest.equals("is") || rest.startsWith("is ")) {
            return new TxnLine(number, Verb.IF_IS, words[1], words[2], rest.substring(Math.min(3, rest.length())));
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
}
