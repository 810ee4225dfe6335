package io.holdfast.server.cli.check;

import io.holdfast.server.cli.CommandFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Where histories are kept. Opened before the run: who would find only behind it that they cannot be written had run for nothing. */
final class HistoryFiles implements AutoCloseable {
    private final Path ofLists;
    private final Path ofBank;
    private final OutputStream lists;
    private final OutputStream bank;

    private HistoryFiles(Path file) {
        this.ofLists = file;
        this.ofBank = Path.of(file + ".bank");
        this.lists = open(ofLists);
        try {
            this.bank = open(ofBank);
        } catch (CommandFailure failed) {
            closeQuietly(lists);
            throw failed;
        }
    }

    static HistoryFiles open(String file) {
        return new HistoryFiles(Path.of(file));
    }

    private static OutputStream open(Path file) {
        try {
            return Files.newOutputStream(file);
        } catch (IOException failed) {
            throw CommandFailure.usage("--history: " + file + " cannot be written (" + failed + "): give another one.");
        }
    }

    /**
     * Answers whether it could.
     *
     * @param story told so in words
     */
    boolean write(History ofProcesses, BankHistory ofAccounts, Consumer<String> story) {
        try {
            ofProcesses.write(lists);
            ofAccounts.write(bank);
            story.accept("The history is in " + ofLists + " and " + ofBank);
            return true;
        } catch (IOException failed) {
            story.accept("The history is not whole in " + ofLists + " and " + ofBank + ": " + failed.getMessage());
            return false;
        }
    }

    @Override
    public void close() {
        closeQuietly(lists);
        closeQuietly(bank);
    }

    /** All that is to be kept has been flushed, and an error told. */
    private static void closeQuietly(OutputStream file) {
        try {
            file.close();
        } catch (IOException unimportant) {
            System.getLogger(HistoryFiles.class.getName()).log(System.Logger.Level.DEBUG, unimportant);
        }
    }
}
