package io.holdfast.server.site;

/** What {@link SiteNewsActor} takes. */
public sealed interface SiteNewsMessage permits SiteNews, SiteNewsActor.Event {}
