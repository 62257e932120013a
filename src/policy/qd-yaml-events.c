/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <yaml.h>

#include "qd-yaml-private.h"

/* libyaml's parser: the one that Kubernetes' reader was ported from. It reports positions in characters. */

static QdYamlStyle
scalar_style (yaml_scalar_style_t style)
{
  switch (style)
    {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
      return QD_YAML_STYLE_SINGLE;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
      return QD_YAML_STYLE_DOUBLE;
    case YAML_LITERAL_SCALAR_STYLE:
      return QD_YAML_STYLE_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE:
      return QD_YAML_STYLE_FOLDED;
    default:
      return QD_YAML_STYLE_PLAIN;
    }
}

/* What libyaml says in its own terms, said in those of who writes the file. */
static const char *
explain (const char *problem)
{
  static const struct { const char *problem, *cause; } causes[] = {
    { "did not find expected key", N_("a key is expected here: check the indentation, and that what stands above is complete") },
    { "did not find expected '-' indicator", N_("“- ” is expected here: check the indentation") },
    { "did not find expected ',' or ']'", N_("“,” or “]” is expected here") },
    { "did not find expected ',' or '}'", N_("“,” or “}” is expected here") },
    { "did not find expected node content", N_("a value is expected here") },
    { "did not find expected <document start>", N_("the document ends before this; another begins with a line “---”") },
    { "mapping values are not allowed in this context", N_("no key can stand here: check the indentation, or put text that has “: ” in it in quotes") },
    { "mapping keys are not allowed in this context", N_("no key can stand here: check the indentation") },
    { "block sequence entries are not allowed in this context", N_("no “- ” can stand here: check the indentation") },
    { "could not find expected ':'", N_("“:” is expected after a key") },
    { "found character that cannot start any token", N_("nothing can begin with this character: put it in quotes, or indent with spaces instead of tabs") },
    { "found a tab character where an indentation space is expected", N_("indent with spaces, not with tabs") },
    { "found a tab character that violates indentation", N_("indent with spaces, not with tabs") },
    { "found unexpected end of stream", N_("the file ends inside quotes") },
    { "found unexpected document indicator", N_("the document ends inside quotes") },
    { "found unknown escape character", N_("this escape is not one of YAML's; in single quotes a \\ is only a \\") },
    { "found invalid Unicode character escape code", N_("this escape is no character") },
    { "did not find expected hexdecimal number", N_("hexadecimal digits are expected in this escape") },
    { "found undefined tag handle", N_("the beginning of this tag is not known") },
    { "found duplicate %YAML directive", N_("%YAML comes twice") },
    { "found incompatible YAML document", N_("the API reads YAML 1.1 only: leave %YAML out") },
    { "control characters are not allowed", N_("this control character cannot stand in YAML") },
    { "did not find expected alphabetic or numeric character", N_("a name of letters and digits is expected after & or *") },
    { "did not find expected comment or line break", N_("nothing else can stand on this line") },
    { "found an indentation indicator equal to 0", N_("an indentation of 0 is not possible") },
    { "found extra closing", N_("this bracket closes nothing") },
    { "exceeded maximum depth for flow collections", N_("values are nested too deeply") },
  };

  if (problem == NULL)
    return _("this is not YAML");
  for (guint i = 0; i < G_N_ELEMENTS (causes); i++)
    if (strcmp (problem, causes[i].problem) == 0)
      return _(causes[i].cause);
  return NULL;
}

static gboolean
parser_fault (const QdYamlFile *file, const yaml_parser_t *parser, GError **error)
{
  const char *cause = explain (parser->problem);
  g_autofree char *own = cause == NULL ? g_strdup_printf (_("this is not YAML: %s"), parser->problem) : NULL;
  gsize at;

  if (parser->error == YAML_READER_ERROR)
    at = parser->problem_offset;
  else
    at = qd_yaml_places_byte_of_char (&file->places, parser->problem_mark.index);
  return qd_yaml_fault_at (file, at, QD_YAML_ERROR_SYNTAX, cause != NULL ? cause : own, error);
}

/* The column in which the text of a block scalar begins: that of its first line that is not blank. */
static gsize
column_of_block (const char *text, gsize at, gsize end)
{
  gsize n = 0;

  for (; at < end; at++)
    if (text[at] == '\n' || text[at] == '\r')
      n = 0;
    else if (text[at] == ' ')
      n++;
    else
      return n;
  return G_MAXSIZE;
}

/* Behind an anchor and a tag, which may stand on lines of their own. */
static gsize
skip_properties (const char *text, gsize at, gsize end)
{
  while (at < end && (text[at] == '&' || text[at] == '!'))
    {
      while (at < end && strchr (" \t\r\n", text[at]) == NULL)
        at++;
      while (at < end && strchr (" \t\r\n#", text[at]) != NULL)
        if (text[at] == '#')
          while (at < end && text[at] != '\n' && text[at] != '\r')
            at++;
        else
          at++;
    }
  return at;
}

/* Where a block scalar ends: at the end of its last line that counts. libyaml goes on to what comes next. */
static gsize
end_of_block (const QdYamlFile *file, gsize start, gsize end)
{
  const char *text = file->places.text;
  gsize header = skip_properties (text, start, end), column = 0;
  gboolean digit = FALSE;

  for (; header < end && text[header] != '\n' && text[header] != '\r' && text[header] != '#'; header++)
    {
      digit |= g_ascii_isdigit (text[header]);
      /* All line ends are kept: the last one is left to what follows. */
      if (text[header] == '+')
        {
          if (end > start && text[end - 1] == '\n')
            end--;
          return end > start && text[end - 1] == '\r' ? end - 1 : end;
        }
    }
  while (header < end && text[header] != '\n' && text[header] != '\r')
    header++;
  /* Blanks up to the column of the text are none of it. Where that is given by a digit, lines without any are. */
  column = digit ? 0 : column_of_block (text, header, end);
  while (end > header)
    {
      gsize line = end;

      while (line > header && text[line - 1] == ' ')
        line--;
      if (end - line > column || (text[line - 1] != '\n' && text[line - 1] != '\r'))
        break;
      end = line - 1;
      if (end > header && text[end] == '\n' && text[end - 1] == '\r')
        end--;
    }
  return MAX (end, header);
}

static gboolean
take_scalar (QdYamlFile *file, QdYamlBuilder *builder, const yaml_event_t *event, gsize start, gsize end, GError **error)
{
  const char *value = (const char *) event->data.scalar.value;
  gsize length = event->data.scalar.length;
  QdYamlStyle style = scalar_style (event->data.scalar.style);

  if (style == QD_YAML_STYLE_LITERAL || style == QD_YAML_STYLE_FOLDED)
    end = end_of_block (file, start, end);
  return qd_yaml_builder_scalar (builder, start, end, style, value, length, (const char *) event->data.scalar.anchor,
                                 (const char *) event->data.scalar.tag, error);
}

/* libyaml takes 1.2 as well; the API's reader does not. */
static gboolean
check_version (const QdYamlFile *file, const yaml_event_t *event, gsize start, GError **error)
{
  const yaml_version_directive_t *version = event->data.document_start.version_directive;

  if (version == NULL || (version->major == 1 && version->minor == 1))
    return TRUE;
  return qd_yaml_fault_at (file, start, QD_YAML_ERROR_SYNTAX, _("the API reads YAML 1.1 only: leave %YAML out"), error);
}

static gboolean
take (QdYamlFile *file, QdYamlBuilder *builder, QdYamlCursor *cursor, const yaml_event_t *event, GError **error)
{
  gsize start = qd_yaml_places_seek (&file->places, cursor, event->start_mark.index);
  gsize end = qd_yaml_places_seek (&file->places, cursor, event->end_mark.index);

  switch (event->type)
    {
    case YAML_DOCUMENT_START_EVENT:
      qd_yaml_builder_begin_document (builder);
      return check_version (file, event, start, error);
    case YAML_ALIAS_EVENT:
      return qd_yaml_builder_alias (builder, start, end, (const char *) event->data.alias.anchor, error);
    case YAML_SCALAR_EVENT:
      return take_scalar (file, builder, event, start, end, error);
    case YAML_SEQUENCE_START_EVENT:
      return qd_yaml_builder_begin (builder, QD_YAML_SEQ,
                                    event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE ? QD_YAML_STYLE_FLOW : QD_YAML_STYLE_BLOCK,
                                    start, (const char *) event->data.sequence_start.anchor, event->data.sequence_start.tag != NULL, error);
    case YAML_MAPPING_START_EVENT:
      return qd_yaml_builder_begin (builder, QD_YAML_MAP,
                                    event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE ? QD_YAML_STYLE_FLOW : QD_YAML_STYLE_BLOCK,
                                    start, (const char *) event->data.mapping_start.anchor, event->data.mapping_start.tag != NULL, error);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return qd_yaml_builder_end (builder, end, error);
    default:
      return TRUE;
    }
}

gboolean
qd_yaml_read_events (QdYamlFile *file, QdYamlBuilder *builder, GError **error)
{
  yaml_parser_t parser;
  QdYamlCursor cursor = { 0 };
  gboolean good = TRUE, over = FALSE;

  if (!yaml_parser_initialize (&parser))
    return qd_yaml_fault (error, QD_YAML_ERROR_TOO_LARGE, file->name, 0, 0, _("there is not enough memory"));
  yaml_parser_set_encoding (&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (&parser, (const guchar *) file->places.text + file->places.bom, file->places.length - file->places.bom);
  while (good && !over)
    {
      yaml_event_t event;

      if (!yaml_parser_parse (&parser, &event))
        {
          good = parser_fault (file, &parser, error);
          break;
        }
      over = event.type == YAML_STREAM_END_EVENT || event.type == YAML_NO_EVENT;
      good = take (file, builder, &cursor, &event, error);
      yaml_event_delete (&event);
    }
  yaml_parser_delete (&parser);
  return good;
}
