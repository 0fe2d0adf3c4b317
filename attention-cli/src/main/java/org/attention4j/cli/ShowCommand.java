package org.attention4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerKind;
import org.attention4j.api.Mixers;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attention show ID}: the options of one mixer. */
@Command(name = "show", description = "Shows what a mixer is and which options it has.")
final class ShowCommand implements Callable<Integer> {
    private final Mixers mixers;

    @CommandLine.Spec
    private CommandSpec command = CommandSpec.create();

    @Parameters(paramLabel = "ID", description = "The mixer, as in: attention list.")
    private String id = "";

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Inject
    ShowCommand(Mixers mixers) {
        this.mixers = mixers;
    }

    @Override
    public Integer call() {
        MixerKind kind = mixers.kind(id);
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            out.println(Json.pretty(describe(kind)));
            return 0;
        }
        out.println(kind.id() + ": " + kind.summary());
        out.println("Family: " + Json.word(kind.family()) + ". Capabilities: "
                + kind.capabilities().stream().map(Capability::label).collect(Collectors.joining(", ")) + ".");
        out.println();
        Table table = new Table("OPTION", "TYPE", "ALLOWED", "DEFAULT", "MEANING");
        table.row("width", "integer", "an integer from 1", "none", "Width D of the input; always to be given.");
        for (org.attention4j.api.Option<?> option : kind.options().options()) {
            table.row(
                    option.name(), Json.word(option.type()), option.allowed(), option.defaultText(), option.meaning());
        }
        table.print(out);
        Table refused = new Table("VALUE", "WITHOUT ANOTHER OPTION");
        Map<String, String> values = RefusedAlone.by(mixers.provider(id));
        values.forEach((value, why) -> refused.row(value, "refused: " + why));
        if (!values.isEmpty()) {
            out.println();
            refused.print(out);
        }
        return 0;
    }

    private static ObjectNode describe(MixerKind kind) {
        ObjectNode node = Json.kind(kind);
        ArrayNode options = node.putArray("options");
        for (org.attention4j.api.Option<?> option : kind.options().options()) {
            options.addObject()
                    .put("name", option.name())
                    .put("type", Json.word(option.type()))
                    .put("allowed", option.allowed())
                    .put("default", option.defaultText())
                    .put("meaning", option.meaning());
        }
        return node;
    }
}
