package io.holdfast.config;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * All settings of one node: read once at the start, checked as a whole, immutable and safe to share between threads.
 *
 * <p>Every key, its unit, default and trade-off is described in the resource {@code holdfast-reference.conf}.
 *
 * @param sites all sites, in the order in which the file names them
 * @param pekko the expert section {@code pekko} of the file, for {@link PekkoConfig}; usually empty
 */
public record HoldfastSettings(
        SiteSettings site,
        List<Site> sites,
        DatabaseSettings database,
        ToleranceSettings tolerance,
        TransactionSettings transaction,
        ReplicationSettings replication,
        BackupSettings backup,
        SystemSettings system,
        SecuritySettings security,
        PersistenceSettings persistence,
        Config pekko) {

    public HoldfastSettings {
        sites = List.copyOf(sites);
        Objects.requireNonNull(pekko, "pekko");
    }

    /**
     * Reads a file, which may include others and may read environment variables.
     *
     * @throws SettingsException with every mistake that was found, when the file is missing or wrong in any way
     */
    public static HoldfastSettings load(Path file) {
        return load(file, Map.of());
    }

    /**
     * Reads a file that is the same on all machines, with what differs given from outside.
     *
     * @param overrides full path of a setting to its value (text, number, boolean or a list of these), stronger than the
     *     file; usually {@code site.name} alone. Messages name the command line as their origin
     * @throws SettingsException with every mistake that was found, when the file is missing or wrong in any way
     */
    public static HoldfastSettings load(Path file, Map<String, ?> overrides) {
        return SettingsAssembly.assemble(SettingsSource.ofFile(file, overrides));
    }

    /**
     * Reads text instead of a file.
     *
     * @param originName what messages show in place of a file name
     * @throws SettingsException with every mistake that was found
     */
    public static HoldfastSettings parse(String hocon, String originName) {
        return parse(hocon, originName, Map.of());
    }

    /** As {@link #parse(String, String)}, with overrides as for {@link #load(Path, Map)}. */
    public static HoldfastSettings parse(String hocon, String originName, Map<String, ?> overrides) {
        return SettingsAssembly.assemble(SettingsSource.ofText(hocon, originName, overrides));
    }

    /** All nodes of all sites, in the order of the file, which is the same on every node that uses the same file. */
    public List<NodeAddress> nodes() {
        return sites.stream().flatMap(each -> each.nodes().stream()).toList();
    }

    /** Names of all sites in the order of the file. */
    public List<String> siteNames() {
        return sites.stream().map(Site::name).toList();
    }

    /** What an operator should be told at the start though it is no mistake; one sentence each, often empty. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (backup.path().isPresent()) {
            warnings.add("backup.path is set, but this version makes no backups: the setting has no effect. Use"
                    + " 'holdfast export' for a copy of a keyspace.");
        }
        return List.copyOf(warnings);
    }
}
