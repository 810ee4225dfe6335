/**
 * The Java client of Holdfast.
 *
 * <pre>{@code
 * try (var holdfast = HoldfastClient.connect("a.example:7400,b.example:7400,c.example:7400")) {
 *     holdfast.admin().createKeyspace("shop", KeyspaceSettings.DEFAULT.withPartitions(16));
 *     var shop = holdfast.keyspace("shop");
 *
 *     shop.put("{user:42}/cart", bytes);                                // blocking
 *     shop.getAsync("{user:42}/cart").thenAccept(found -> …);           // asynchronous
 *     shop.putIfVersion("{user:42}/cart", newer, version);              // conditional
 *     shop.write(Write.put("k", v), WriteOptions.DEFAULT.withConcern(WriteConcern.ALL));
 *     shop.get(Key.of("k"), ReadOptions.maxStaleness(Duration.ofSeconds(2)));  // from the nearest site
 *
 *     try (var cursor = shop.scan("{user:42}/", ScanOptions.DEFAULT.withLimit(100))) {
 *         while (cursor.hasNext()) { … cursor.next() … }
 *     }
 *
 *     shop.transact(tx -> {                                             // all of it or nothing, over any keys and keyspaces
 *         tx.increment(Key.of("stock/7"), -1);
 *         tx.on("orders").put("42", order);
 *         return null;
 *     });
 *     var moment = shop.snapshot(SnapshotOptions.NEARBY);               // reads of one moment, never in conflict
 *     moment.on("orders").get("42");
 * }
 * }</pre>
 *
 * <h2>What the client does by itself</h2>
 *
 * <p>It keeps one stream a node and sends together what is waiting; it knows each partition's leader and follows it; it
 * retries what may be retried, at other nodes and sites, until the deadline (10 s unless told otherwise). A write has
 * one id for all its attempts, by which the cluster applies it at most once. A transaction that met another one is run
 * again, with a new id, until its deadline.
 *
 * <h2>What is left to the application</h2>
 *
 * <p>A write that ends with {@link io.holdfast.client.TimedOutException} may have been applied. Its {@link
 * io.holdfast.client.HoldfastException#writeId()} can be given to {@link io.holdfast.client.Keyspace#outcome}, now or
 * later, here or elsewhere. The cluster keeps the outcomes of the last 1024 such writes of a client, and no longer than
 * 65536 further writes; beyond that the answer is {@link io.holdfast.client.Outcome.Forgotten}.
 *
 * <p>A transaction whose commit has no outcome ends with {@link io.holdfast.client.TransactionInDoubtException}, and {@link
 * io.holdfast.client.HoldfastClient#outcome} tells later what became of it. One that ends with {@link
 * io.holdfast.client.TransactionConflictException} had no effect.
 *
 * <p>When too much is under way, requests wait or fail, as {@link io.holdfast.client.ClientOptions#whenFull()} says.
 */
package io.holdfast.client;
