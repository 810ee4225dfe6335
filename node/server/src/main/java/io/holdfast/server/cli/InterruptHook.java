package io.holdfast.server.cli;

/** What is cleaned up where the process is ended in the middle of something, as by Ctrl-C: no "finally" is come to then. */
public final class InterruptHook {
    private final Thread thread;

    private InterruptHook(Thread thread) {
        this.thread = thread;
    }

    /** @param name of its thread */
    public static InterruptHook set(String name, Runnable cleaning) {
        var hook = new InterruptHook(new Thread(cleaning, name));
        Runtime.getRuntime().addShutdownHook(hook.thread);
        return hook;
    }

    /** Answers whether it will not run. Behind a Ctrl-C it does. */
    public boolean remove() {
        try {
            return Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException ending) {
            return false;
        }
    }
}
