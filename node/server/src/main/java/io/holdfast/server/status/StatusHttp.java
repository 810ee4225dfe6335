package io.holdfast.server.status;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.holdfast.server.NodePort;
import io.holdfast.v1.Status;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The status for those who speak HTTP: {@code GET /status} answers the same as GetStatus, as JSON; {@code GET /metrics} its figures, as
 * Prometheus reads them; {@code GET /ready} answers 200 if the node can serve, else 503. It has two threads and a short queue, so that it can never take more of the node.
 */
public final class StatusHttp implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int QUEUE = 16;
    private static final long ANSWER_SECONDS = 3;

    private final ObjectMapper json = new ObjectMapper();
    private final Supplier<CompletionStage<Status>> status;
    private final BooleanSupplier ready;
    private final ThreadPoolExecutor threads;
    private final HttpServer server;

    /** What is answered. */
    private record Page(int code, String type, String body) {
        static Page json(int code, String body) {
            return new Page(code, "application/json", body + "\n");
        }
    }

    /** Turns the status into a page. */
    @FunctionalInterface
    private interface Rendering {
        Page of(Status status) throws IOException;
    }

    /** Makes the answer to a GET. */
    @FunctionalInterface
    private interface Pages {
        Page get() throws IOException;
    }

    private StatusHttp(HttpServer server, Supplier<CompletionStage<Status>> status, BooleanSupplier ready) {
        this.server = server;
        this.status = status;
        this.ready = ready;
        var number = new AtomicInteger();
        // The caller's thread is the server's own: while it answers, no further connection is taken.
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE),
                task -> {
                    var thread = new Thread(task, "status-http-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.CallerRunsPolicy());
    }

    /**
     * Listens.
     *
     * @param port 0 for any that is free
     * @throws IOException if the port cannot be had; the message names it
     */
    public static StatusHttp start(
            String host, int port, Supplier<CompletionStage<Status>> status, BooleanSupplier ready) throws IOException {
        // Read by the JDK's server when it is first used: a client that sends nothing must not hold a thread for ever.
        System.getProperties().putIfAbsent("sun.net.httpserver.maxReqTime", "5");
        System.getProperties().putIfAbsent("sun.net.httpserver.maxRspTime", "10");
        InetSocketAddress address = NodePort.STATUS.resolve(host, port);
        HttpServer server;
        try {
            server = HttpServer.create(address, QUEUE);
        } catch (IOException e) {
            throw NodePort.STATUS.failure(host, port, e);
        }
        var http = new StatusHttp(server, status, ready);
        server.createContext("/status", http.get("/status", http::statusPage));
        server.createContext("/metrics", http.get("/metrics", http::metricsPage));
        server.createContext("/ready", http.get("/ready", http::readyPage));
        server.setExecutor(http.threads);
        server.start();
        return http;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private Page readyPage() {
        boolean is = ready.getAsBoolean();
        return Page.json(is ? 200 : 503, "{\"ready\":" + is + "}");
    }

    private Page statusPage() throws IOException {
        return collected(all -> Page.json(200, json.writeValueAsString(ProtoJson.of(all))));
    }

    private Page metricsPage() throws IOException {
        return collected(all -> new Page(200, "text/plain; version=0.0.4; charset=utf-8", MetricsText.of(all)));
    }

    private Page collected(Rendering rendering) throws IOException {
        try {
            return rendering.of(status.get().toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException | TimeoutException e) {
            return Page.json(503, "{\"error\":\"the status could not be collected: ask again\"}");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Page.json(503, "{\"error\":\"the node is shutting down\"}");
        }
    }

    private HttpHandler get(String path, Pages pages) {
        return exchange -> {
            try (exchange) {
                if (!exchange.getRequestURI().getPath().equals(path)) {
                    send(exchange, Page.json(404, "{\"error\":\"there are /status, /metrics and /ready\"}"));
                } else if (!exchange.getRequestMethod().equals("GET")) {
                    exchange.getResponseHeaders().set("Allow", "GET");
                    send(exchange, Page.json(405, "{\"error\":\"only GET is served\"}"));
                } else {
                    send(exchange, pages.get());
                }
            }
        };
    }

    private static void send(HttpExchange exchange, Page page) throws IOException {
        byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", page.type());
        exchange.sendResponseHeaders(page.code(), body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
