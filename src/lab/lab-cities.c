/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-cities.h"

/* Where simulated sites stand. Degrees north and east. The first is the headquarters. */
const LabCity lab_cities[] = {
  { "Zurich", 47.38f, 8.54f },        { "Frankfurt", 50.11f, 8.68f },
  { "London", 51.51f, -0.13f },       { "New York", 40.71f, -74.01f },
  { "Singapore", 1.35f, 103.82f },    { "Tokyo", 35.68f, 139.69f },
  { "Sao Paulo", -23.55f, -46.63f },  { "Virginia", 38.95f, -77.45f },
  { "Oregon", 45.84f, -119.70f },     { "Dublin", 53.35f, -6.26f },
  { "Mumbai", 19.08f, 72.88f },       { "Sydney", -33.87f, 151.21f },
  { "Paris", 48.86f, 2.35f },         { "Madrid", 40.42f, -3.70f },
  { "Lisbon", 38.72f, -9.14f },       { "Milan", 45.46f, 9.19f },
  { "Rome", 41.90f, 12.50f },         { "Vienna", 48.21f, 16.37f },
  { "Prague", 50.08f, 14.44f },       { "Warsaw", 52.23f, 21.01f },
  { "Berlin", 52.52f, 13.40f },       { "Hamburg", 53.55f, 9.99f },
  { "Copenhagen", 55.68f, 12.57f },   { "Stockholm", 59.33f, 18.07f },
  { "Oslo", 59.91f, 10.75f },         { "Helsinki", 60.17f, 24.94f },
  { "Amsterdam", 52.37f, 4.90f },     { "Brussels", 50.85f, 4.35f },
  { "Athens", 37.98f, 23.73f },       { "Budapest", 47.50f, 19.04f },
  { "Bucharest", 44.43f, 26.10f },    { "Istanbul", 41.01f, 28.98f },
  { "Dubai", 25.20f, 55.27f },        { "Tel Aviv", 32.09f, 34.78f },
  { "Cairo", 30.04f, 31.24f },        { "Nairobi", -1.29f, 36.82f },
  { "Lagos", 6.52f, 3.38f },          { "Johannesburg", -26.20f, 28.05f },
  { "Cape Town", -33.92f, 18.42f },   { "Bangalore", 12.97f, 77.59f },
  { "Delhi", 28.61f, 77.21f },        { "Bangkok", 13.76f, 100.50f },
  { "Jakarta", -6.21f, 106.85f },     { "Hong Kong", 22.32f, 114.17f },
  { "Shanghai", 31.23f, 121.47f },    { "Seoul", 37.57f, 126.98f },
  { "Osaka", 34.69f, 135.50f },       { "Taipei", 25.03f, 121.57f },
  { "Manila", 14.60f, 120.98f },      { "Melbourne", -37.81f, 144.96f },
  { "Auckland", -36.85f, 174.76f },   { "Toronto", 43.65f, -79.38f },
  { "Montreal", 45.50f, -73.57f },    { "Boston", 42.36f, -71.06f },
  { "Chicago", 41.88f, -87.63f },     { "Atlanta", 33.75f, -84.39f },
  { "Miami", 25.76f, -80.19f },       { "Dallas", 32.78f, -96.80f },
  { "Denver", 39.74f, -104.99f },     { "Phoenix", 33.45f, -112.07f },
  { "Los Angeles", 34.05f, -118.24f }, { "San Jose", 37.34f, -121.89f },
  { "Seattle", 47.61f, -122.33f },    { "Vancouver", 49.28f, -123.12f },
  { "Mexico City", 19.43f, -99.13f }, { "Bogota", 4.71f, -74.07f },
  { "Lima", -12.05f, -77.04f },       { "Santiago", -33.45f, -70.67f },
  { "Buenos Aires", -34.60f, -58.38f }, { "Rio de Janeiro", -22.91f, -43.17f },
};

const guint lab_n_cities = G_N_ELEMENTS (lab_cities);
