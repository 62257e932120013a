/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "policy-fixture.h"

#include <math.h>

#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>

#include "manifests.h"

GResource *qd_app_get_resource (void);

/* --- Worlds -------------------------------------------------------------------------------------- */

#define SHOP                                                                                                                          \
  NAMESPACE ("shop", "team: shop") NAMESPACE ("data", "team: data") NAMESPACE ("monitoring", "team: ops")                              \
  NAMESPACE ("ingress", "team: ops")                                                                                                  \
  DEPLOYMENT ("shop", "web", "app: web", "containers: [{name: c, ports: [{containerPort: 8080, name: http}]}]")                        \
  DEPLOYMENT ("shop", "cart", "app: cart", "containers: [{name: c}]") DEPLOYMENT ("shop", "payment", "app: payment", "containers: [{name: c}]")  \
  DEPLOYMENT ("shop", "mailer", "app: mailer", "containers: [{name: c}]")                                                             \
  DEPLOYMENT ("data", "postgres", "app: postgres", "containers: [{name: c}]") DEPLOYMENT ("data", "redis", "app: redis", "containers: [{name: c}]") \
  DEPLOYMENT ("data", "backup", "app: backup", "containers: [{name: c}]")                                                             \
  DEPLOYMENT ("monitoring", "prometheus", "app: prometheus", "containers: [{name: c}]")                                               \
  DEPLOYMENT ("monitoring", "grafana", "app: grafana", "containers: [{name: c}]")                                                     \
  DEPLOYMENT ("ingress", "nginx-ingress-controller", "app: nginx", "containers: [{name: c}]")                                          \
  NP ("shop", "web", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress}}}], ports: [{port: http}]}]}") \
  NP ("shop", "isolate", "{podSelector: {matchExpressions: [{key: app, operator: In, values: [cart, payment]}]}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]}") \
  NP ("data", "isolate", "{podSelector: {}, policyTypes: [Ingress]}")                                                                 \
  NP ("shop", "mailer", "{podSelector: {matchLabels: {app: mailer}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 198.51.100.0/24}}], ports: [{port: 25}, {port: 587}]}]}")

#define SHOP_BEFORE                                                                                                                   \
  DEPLOYMENT ("shop", "legacy", "app: legacy", "containers: [{name: c}]")                                                             \
  NP ("data", "postgres", "{podSelector: {matchLabels: {app: postgres}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: shop}}}], ports: [{port: 5432}, {port: 9000}]}]}") \
  NP ("data", "redis", "{podSelector: {matchLabels: {app: redis}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: shop}}}]}]}")

#define SHOP_AFTER                                                                                                                    \
  DEPLOYMENT ("shop", "search", "app: search", "containers: [{name: c}]")                                                             \
  NP ("data", "postgres", "{podSelector: {matchLabels: {app: postgres}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: shop}}}], ports: [{port: 5432}, {port: 5433}]}, {from: [{podSelector: {matchLabels: {app: backup}}}]}]}") \
  NP ("data", "redis", "{podSelector: {matchLabels: {app: redis}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: shop}}, podSelector: {matchLabels: {app: cart}}}], ports: [{port: 6379}]}]}") \
  NP ("monitoring", "grafana", "{podSelector: {matchLabels: {app: grafana}}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.128/25]}}], ports: [{port: 443}]}]}")

QdPolicyEval *
policy_fixture_shop (gboolean edited)
{
  return edited ? make_eval (SHOP SHOP_AFTER, NULL) : make_eval (SHOP SHOP_BEFORE, NULL);
}

static void
append_policy (GString *out, GRand *rand, guint i, guint n_spaces)
{
  static const guint ports[] = { 53, 80, 443, 5432, 8080 };
  guint port = ports[g_rand_int_range (rand, 0, G_N_ELEMENTS (ports))];
  g_autofree char *some = port != 53 ? g_strdup_printf (", ports: [{port: %u}]", port) : g_strdup ("");

  g_string_append_printf (out, "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p%u, namespace: space-%02u}\n"
                               "spec: {podSelector: {matchLabels: {tier: t%d}}, ingress: [{from: [{namespaceSelector: {matchLabels: "
                               "{kubernetes.io/metadata.name: space-%02d}}}, {podSelector: {matchLabels: {tier: t%d}}}]%s}]}\n",
                          i, i % n_spaces, g_rand_int_range (rand, 0, 4), g_rand_int_range (rand, 0, (int) n_spaces), g_rand_int_range (rand, 0, 4), some);
}

QdPolicyEval *
policy_fixture_many (guint n, guint32 seed)
{
  g_autoptr (GString) out = g_string_new (NULL);
  GRand *rand = g_rand_new_with_seed (seed);
  guint n_spaces = MAX (n / 40, 1);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, DEPLOYMENT ("space-%02u", "work-%04u", "app: a%u, tier: t%u", "containers: [{name: c}]"),
                            i, i % n_spaces, i % 50, i % 4);
  for (guint i = 0; i < 2 * n_spaces; i++)
    append_policy (out, rand, i, n_spaces);
  g_rand_free (rand);
  return make_eval (out->str, NULL);
}

/* --- Input --------------------------------------------------------------------------------------- */

static Display *
get_display (void)
{
  static Display *display;

  if (display == NULL)
    display = XOpenDisplay (NULL);
  g_assert_nonnull (display);
  return display;
}

static void
fake_key (guint keysym, gboolean down)
{
  XTestFakeKeyEvent (get_display (), XKeysymToKeycode (get_display (), keysym), down, 0);
}

void
policy_fixture_press (guint keysym, guint modifier)
{
  if (modifier != 0)
    fake_key (modifier, TRUE);
  fake_key (keysym, TRUE);
  fake_key (keysym, FALSE);
  if (modifier != 0)
    fake_key (modifier, FALSE);
  XFlush (get_display ());
}

void
policy_fixture_chord (guint keysym, guint first, guint second)
{
  fake_key (first, TRUE);
  policy_fixture_press (keysym, second);
  fake_key (first, FALSE);
  XFlush (get_display ());
}

void
policy_fixture_move (double x, double y)
{
  XTestFakeMotionEvent (get_display (), -1, (int) lrint (x), (int) lrint (y), 0);
  XFlush (get_display ());
}

void
policy_fixture_click (double x, double y)
{
  policy_fixture_move (x, y);
  XTestFakeButtonEvent (get_display (), 1, True, 0);
  XTestFakeButtonEvent (get_display (), 1, False, 0);
  XFlush (get_display ());
}

/* --- Pictures ------------------------------------------------------------------------------------ */

static void
after_paint_cb (guint *count)
{
  ++*count;
}

static void
settle (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  guint count = 0;
  gulong id = g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (after_paint_cb), &count);

  gdk_frame_clock_begin_updating (clock);
  WAIT_UNTIL (count > 12);
  gdk_frame_clock_end_updating (clock);
  g_signal_handler_disconnect (clock, id);
}

static void
take (GtkWidget *window, const char *folder, const char *name, const char *variant)
{
  int width = gtk_widget_get_width (window), height = gtk_widget_get_height (window);
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *file = g_strdup_printf ("%s/%s-%s.png", folder, name, variant);

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_to_node (snapshot);
  g_assert_nonnull (node);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, &GRAPHENE_RECT_INIT (0, 0, width, height));
  g_assert_true (gdk_texture_save_to_png (texture, file));
}

static void
resize (GtkWidget *window, int width, int height)
{
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  WAIT_UNTIL (gtk_widget_get_width (window) == width);
}

/* As the application does by itself. */
static void
load_style (GtkCssProvider *provider, gboolean dark)
{
  gboolean contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  const char *names[] = { "style", dark ? "style-dark" : NULL, contrast ? "style-hc" : NULL, dark && contrast ? "style-hc-dark" : NULL };
  g_autoptr (GString) whole = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = names[i] ? g_strdup_printf ("%s/data/ui/%s.css", g_getenv ("QD_SOURCE_ROOT"), names[i]) : NULL;
      g_autofree char *text = NULL;

      if (path == NULL)
        continue;
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_string_append (whole, text);
    }
  gtk_css_provider_load_from_string (provider, whole->str);
}

void
policy_fixture_pictures (GtkWidget *window, const char *name)
{
  const char *folder = g_getenv ("QD_PICTURES");
  AdwStyleManager *style = adw_style_manager_get_default ();
  gboolean contrast = adw_style_manager_get_high_contrast (style);
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  if (folder == NULL)
    return;
  g_resources_register (qd_app_get_resource ());
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()), "/io/github/quarterdeck/Quarterdeck/icons");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  load_style (provider, FALSE);
  settle (window);
  take (window, folder, name, contrast ? "hc" : "light");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
  load_style (provider, TRUE);
  settle (window);
  take (window, folder, name, contrast ? "hc-dark" : "dark");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_LIGHT);
  load_style (provider, FALSE);
  resize (window, 360, 640);
  settle (window);
  take (window, folder, name, contrast ? "hc-narrow" : "narrow");
  resize (window, 1000, 720);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  settle (window);
  take (window, folder, name, contrast ? "hc-rtl" : "rtl");
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
  g_object_set (gtk_widget_get_settings (window), "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  settle (window);
  take (window, folder, name, contrast ? "hc-large" : "large");
  g_object_set (gtk_widget_get_settings (window), "gtk-xft-dpi", 96 * 1024, NULL);
}

#ifdef __SANITIZE_ADDRESS__
/* What is run under sanitizers has GTK's accessibility for tests (./dev says why), and that has no announcing: GTK 4.18 jumps to
 * nothing. */
void
gtk_accessible_announce (GtkAccessible *self, const char *message, GtkAccessibleAnnouncementPriority priority)
{
}
#endif
